import assert from "node:assert/strict";
import type { LogHealth } from "../../../cim/logs/mod.ts";
import { fixture, recordingGate, timers, until } from "./_fixture.ts";

const base = "amf-0_ns1_amf-c1";
const small = { maxBufferedBytes: 65_536, blockBytes: 8_192, lmaas: { buffer_size: 1_000 } };

Deno.test("D-53 lines are kept while their file cannot be written and written in order when it can", async () => {
  await using f = fixture();
  // Opening a folder as a file fails.
  await Deno.mkdir(`${f.folder}/${base}.log`);
  f.send("amf", "c1", "first");
  const flushed = f.route.flush();
  await until("the write failed", () => f.route.telemetry.writeFailures > 0);
  f.send("amf", "c1", "second");
  const { book } = f.files;
  assert.deepEqual([book.inFlight, book.delivered, book.unaccounted], [2, 0, 0]);
  await Deno.remove(`${f.folder}/${base}.log`);
  await f.clock.advance(200);
  await flushed;
  await f.route.flush();
  assert.equal(f.text(`${base}.log`), "first\nsecond\n");
  assert.deepEqual([book.delivered, book.unaccounted], [2, 0]);
});

Deno.test("D-53 an outage is logged once, with place and remedy, and once when it is over", async () => {
  const health: LogHealth[] = [];
  await using f = fixture({ onHealth: (now) => health.push(now) });
  await Deno.mkdir(`${f.folder}/${base}.log`);
  f.send("amf", "c1", "first");
  const flushed = f.route.flush();
  for (let i = 1; i <= 5; i++) {
    await until(`failure ${i}`, () => f.route.telemetry.writeFailures >= i);
    await f.clock.advance(5_000);
  }
  assert.equal(f.route.telemetry.outages, 1);
  await Deno.remove(`${f.folder}/${base}.log`);
  await f.clock.advance(10_000);
  await flushed;
  assert.deepEqual(f.logs.messages(), [
    "Log lines are kept until they can be written",
    "Log lines are being written again",
  ]);
  const [first, second] = health;
  assert.equal(first.state, "degraded");
  assert.match(first.reason, /^Cannot write log file ".*": it is a folder, .*; remove it, or set/);
  assert.deepEqual([health.length, second, f.route.telemetry.outages], [2, { state: "ok" }, 0]);
});

Deno.test("D-53 an unwritable log folder is retried until it can be written", async () => {
  await using outer = fixture();
  const folder = `${outer.folder}/logs`;
  await Deno.writeTextFile(folder, "a file where the folder should be");
  await using f = fixture({ folder });
  f.send("amf", "c1", "hello");
  const flushed = f.route.flush();
  await until("it failed", () => f.route.telemetry.writeFailures > 0);
  await Deno.remove(folder);
  await f.clock.advance(10_000);
  await flushed;
  assert.equal(f.text(`${base}.log`), "hello\n");
});

Deno.test("LogRoute pauses publishers when its buffer is full and resumes them when half is written", async () => {
  await using f = fixture(small);
  const gate = recordingGate();
  f.route.attach(gate);
  await Deno.mkdir(`${f.folder}/${base}.log`);
  let sent = 0;
  while (gate.calls.length === 0) f.send("amf", "c1", `${sent++} ${"x".repeat(998)}`);
  assert.ok(sent * 1_000 >= 32_768 && sent * 1_000 < 34_000, `${sent} lines`);
  await until("the write failed", () => f.route.telemetry.writeFailures > 0);
  assert.deepEqual([gate.calls, f.route.isPaused], [["pause"], true]);
  await Deno.remove(`${f.folder}/${base}.log`);
  await f.clock.advance(10_000);
  await until("publishers go on", () => gate.calls.length === 2);
  await f.route.flush();
  const { book } = f.files;
  assert.deepEqual([book.delivered, book.dropped.size, book.unaccounted], [sent, 0, 0]);
  const lines = f.text(`${base}.log`).trimEnd().split("\n").map((line) => parseInt(line));
  assert.deepEqual(lines, Array.from({ length: sent }, (_, i) => i));
});

Deno.test("LogRoute drops and counts lines that pass a paused gate beyond twice the bound", async () => {
  await using f = fixture(small);
  await Deno.mkdir(`${f.folder}/${base}.log`);
  for (let i = 0; i < 200; i++) f.send("amf", "c1", "x".repeat(999));
  const { book, backlog } = f.files;
  assert.ok(backlog.bytes <= 2 * 65_536 + 1_000);
  assert.equal(book.dropped.get("overflow"), 200 - book.inFlight);
  assert.ok(book.inFlight >= 131 && book.unaccounted === 0);
  await Deno.remove(`${f.folder}/${base}.log`);
  await f.clock.advance(10_000);
});

Deno.test("LogRoute drops and counts new lines without room, and pauses no publisher, with drop_newest", async () => {
  await using f = fixture({ ...small, whenFull: "drop_newest" });
  const gate = recordingGate();
  f.route.attach(gate);
  await Deno.mkdir(`${f.folder}/${base}.log`);
  for (let i = 0; i < 100; i++) f.send("amf", "c1", `${i} ${"x".repeat(997 - `${i}`.length)}`);
  const { book, backlog } = f.files;
  const kept = book.inFlight;
  assert.ok(backlog.bytes < 32_768 + 1_000 && kept > 30 && kept < 35, `${kept} kept`);
  assert.deepEqual([book.dropped.get("overflow"), book.unaccounted], [100 - kept, 0]);
  await until("the write failed", () => f.route.telemetry.writeFailures > 0);
  await Deno.remove(`${f.folder}/${base}.log`);
  await f.clock.advance(10_000);
  await f.route.flush();
  f.send("amf", "c1", "after");
  await f.route.flush();
  const lines = f.text(`${base}.log`).trimEnd().split("\n");
  assert.deepEqual([lines.length, lines.at(-1), gate.calls], [kept + 1, "after", []]);
  assert.ok(f.logs.messages("error").some((text) => text.includes("being dropped")));
});

Deno.test("LogRoute.close() drops and counts lines that cannot be written before its signal aborts", async () => {
  await using f = fixture();
  await Deno.mkdir(`${f.folder}/${base}.log`);
  f.send("amf", "c1", "first");
  f.files.flushAll();
  await until("the write failed", () => f.route.telemetry.writeFailures > 0);
  f.send("amf", "c1", "second");
  const drain = new AbortController();
  const closing = f.route.close(drain.signal);
  drain.abort();
  await closing;
  await f.route.close(drain.signal);
  const { book } = f.files;
  assert.deepEqual(
    [Object.fromEntries(book.dropped), book.inFlight, book.unaccounted],
    [{ unwritten_at_stop: 2 }, 0, 0],
  );
  const lost = f.logs.entries.filter(({ message }) => message === "Log lines lost");
  assert.deepEqual(lost.map(({ fields }) => fields.lines), [2]);
});

Deno.test("LogRoute.close() does not wait for a hanging output after its signal aborted", async () => {
  const hanging = { write: () => new Promise<number>(() => {}) };
  await using f = fixture({ stdout: hanging, lmaas: { logging_mode: "STDOUT" } });
  f.send("amf", "c1", "never");
  f.route.endOfChunk();
  await f.route.close(AbortSignal.abort());
  const { book } = f.stdout;
  assert.deepEqual([book.dropped.get("unwritten_at_stop"), book.unaccounted], [1, 0]);
});

Deno.test("a standard output that is not read pauses publishers while files are still written", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const slow = {
    async write(bytes: Uint8Array) {
      await held;
      return bytes.length;
    },
  };
  await using f = fixture({
    ...small,
    lmaas: { logging_mode: "FILEANDSTDOUT", buffer_size: 1_000 },
    stdout: slow,
  });
  const gate = recordingGate();
  f.route.attach(gate);
  await using _timers = timers(f.route);
  let sent = 0;
  while (gate.calls.length === 0) {
    f.send("amf", "c1", `${sent++} ${"x".repeat(998)}`);
    f.route.endOfChunk();
  }
  await f.clock.advance(10);
  await until("the file has its lines", () => f.files.book.delivered === sent);
  assert.deepEqual(gate.calls, ["pause"]);
  release();
  await until("publishers go on", () => gate.calls.length === 2);
  await f.route.flush();
  assert.equal(f.stdout.book.delivered, sent);
});

Deno.test("a closed standard output rejects its lines while files are still written", async () => {
  const closed = { write: () => Promise.reject(new Deno.errors.BrokenPipe("broken pipe")) };
  await using f = fixture({ stdout: closed, lmaas: { logging_mode: "FILEANDSTDOUT" } });
  f.send("amf", "c1", "hello");
  f.route.endOfChunk();
  await f.route.flush();
  const { stdout, files } = f;
  assert.deepEqual([stdout.book.rejected.get("stdout_closed"), files.book.delivered], [1, 1]);
});
