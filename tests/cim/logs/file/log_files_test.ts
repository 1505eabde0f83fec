import assert from "node:assert/strict";
import { fixture, settingsOf, timers, until } from "../_fixture.ts";

Deno.test("LogFiles writes when flush_timeout has passed since the oldest waiting line", async () => {
  await using f = fixture({ lmaas: { flush_timeout: 5 } });
  await using _timers = timers(f.route);
  await f.clock.advance(3_000);
  f.send("amf", "c1", "quiet");
  f.route.endOfChunk();
  await f.clock.advance(4_500);
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), "");
  await f.clock.advance(1_000);
  await until("the line is written", () => f.text("amf-0_ns1_amf-c1.log") === "quiet\n");
});

Deno.test("LogFiles writes shortly after the chunk in which buffer_size is reached", async () => {
  await using f = fixture({ lmaas: { buffer_size: 1_000 } });
  f.send("amf", "c1", "x".repeat(998));
  f.route.endOfChunk();
  assert.equal(f.files.book.inFlight, 1);
  f.send("amf", "c1", "");
  f.route.endOfChunk();
  await f.clock.advance(10);
  await until("both lines are written", () => f.files.book.delivered === 2);
});

Deno.test("D-29 a new flush_timeout applies to lines that already wait", async () => {
  await using f = fixture({ lmaas: { flush_timeout: 30 } });
  await using _timers = timers(f.route);
  f.send("amf", "c1", "quiet");
  await f.clock.advance(4_000);
  f.route.configure(settingsOf({ flush_timeout: 5 }));
  await f.clock.advance(1_500);
  await until("the line is written", () => f.text("amf-0_ns1_amf-c1.log") === "quiet\n");
});

Deno.test("D-29 a new buffer_size applies to lines that already wait", async () => {
  await using f = fixture({ lmaas: { buffer_size: 10_000 } });
  f.send("amf", "c1", "x".repeat(2_000));
  f.send("smf", "c1", "y".repeat(2_000));
  f.route.endOfChunk();
  f.route.configure(settingsOf({ buffer_size: 1_000 }));
  await until("both lines are written", () => f.files.book.delivered === 2);
});

Deno.test("D-51 a line that arrives while the buffer is written is neither lost nor duplicated", async () => {
  await using f = fixture({ lmaas: { buffer_size: 1_000 } });
  const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i} ${"x".repeat(100)}`);
  for (const [i, line] of lines.entries()) {
    f.send("amf", "c1", line);
    if (i % 7 === 0) f.route.endOfChunk();
    // Lets a write begin or end between two messages.
    if (i % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (i % 300 === 0) void f.route.flush();
  }
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), lines.map((line) => `${line}\n`).join(""));
});

Deno.test("D-50 messages do not wait for the disk: many are accepted before anything is written", async () => {
  await using f = fixture();
  for (let i = 0; i < 10_000; i++) f.send("amf", "c1", `line ${i}`);
  f.route.endOfChunk();
  const { book } = f.files;
  assert.deepEqual([book.accepted, book.delivered, book.unaccounted], [10_000, 0, 0]);
  await f.route.flush();
  assert.deepEqual([book.delivered, book.unaccounted], [10_000, 0]);
});

Deno.test("D-65 files of idle containers are closed and opened again for the next line", async () => {
  await using f = fixture({ idleMs: 60_000, lmaas: { flush_timeout: 5 } });
  await using _timers = timers(f.route);
  f.send("amf", "c1", "before");
  await f.clock.advance(10_000);
  await until("it is written", () => f.files.book.delivered === 1);
  assert.equal(f.files.openFiles, 1);
  await f.clock.advance(60_000);
  assert.equal(f.files.openFiles, 0);
  f.send("amf", "c1", "after");
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), "before\nafter\n");
});

Deno.test("D-65 the file that has been idle longest is closed when too many are open", async () => {
  await using f = fixture({ maxFiles: 2 });
  for (const name of ["a", "b", "c", "a"]) {
    f.send(name, "1", name);
    await f.route.flush();
    await f.clock.advance(1);
    assert.ok(f.files.openFiles <= 2);
  }
  assert.deepEqual(
    ["a", "b", "c"].map((name) => f.text(`amf-0_ns1_${name}-1.log`)),
    ["a\na\n", "b\n", "c\n"],
  );
});

Deno.test("D-65 containers beyond maxFiles share one file when no file is idle", async () => {
  await using f = fixture({ maxFiles: 2 });
  for (let i = 0; i < 100; i++) f.send(`n${i}`, "1", `line ${i}`);
  assert.equal(f.files.openFiles, 2);
  assert.equal(f.route.telemetry.overflowLines, 98);
  await f.route.flush();
  assert.equal(f.names().length, 3);
  const overflow = f.text("amf-0_ns1_overflow-.log").split("\n");
  assert.deepEqual([overflow.length, overflow[0], overflow[97]], [99, "line 2", "line 99"]);
  assert.equal(f.files.book.unaccounted, 0);
});

Deno.test("D-65 a container cannot lead its lines out of the log folder", async () => {
  await using f = fixture();
  f.send("../../escaped", "../x", "a");
  f.send("x\0y", "1", "b");
  f.send("z".repeat(4_096), "i".repeat(4_096), "c");
  await f.route.flush();
  assert.deepEqual(f.names().map(f.text).sort(), ["a\n", "b\n", "c\n"]);
  assert.equal(f.files.book.delivered, 3);
});

Deno.test("LogFiles uses one writer for containers whose file names are equal", async () => {
  await using f = fixture();
  for (let i = 0; i < 3; i++) {
    f.send("a-b", "c", `first ${i}`);
    f.send("a", "b-c", `second ${i}`);
  }
  await f.route.flush();
  assert.equal(f.files.openFiles, 1);
  const lines = [0, 1, 2].flatMap((i) => [`first ${i}`, `second ${i}`]).join("\n");
  assert.equal(f.text("amf-0_ns1_a-b-c.log"), `${lines}\n`);
});

Deno.test("LogFiles distinguishes containers whose name and id are equal when joined", async () => {
  await using f = fixture();
  for (const [name, id] of [["ab", "c"], ["a", "bc"], ["abc", ""], ["", "abc"]]) {
    for (let i = 0; i < 2; i++) f.send(name, id, `${name}|${id}`);
  }
  await f.route.flush();
  assert.deepEqual(
    f.names().map(f.text).sort(),
    [
      "ab|c\nab|c\n",
      "abc|\nabc|\n",
      "a|bc\na|bc\n",
      "|abc\n|abc\n",
    ].sort(),
  );
});

Deno.test("LogFiles shares the overflow file with a container of that name", async () => {
  await using f = fixture({ maxFiles: 1, idleMs: 1_000 });
  await using _timers = timers(f.route);
  for (const name of ["a", "b", "overflow", "c", "overflow"]) f.send(name, "", name);
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_overflow-.log"), "b\noverflow\nc\noverflow\n");
  await f.clock.advance(2_000);
  f.send("overflow", "", "alone");
  f.send("d", "", "d");
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_overflow-.log"), "b\noverflow\nc\noverflow\nalone\nd\n");
  assert.equal(f.files.book.unaccounted, 0);
});

Deno.test("LogFiles gives a container with the name of the agent's own log another file", async () => {
  await using f = fixture();
  const own = f.files.reserve("cim", "c0");
  f.send("cim", "c0", "forged");
  own.append(new TextEncoder().encode("own"));
  f.send("cim", "c0", "forged again");
  f.send("cim", "c1", "another container");
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_cim-c0.log"), "own\n");
  const forged = f.names().filter((name) => /^amf-0_ns1_cim-c0~[0-9a-f]{12}\.log$/.test(name));
  assert.deepEqual(forged.map(f.text), ["forged\nforged again\n"]);
  assert.equal(f.text("amf-0_ns1_cim-c1.log"), "another container\n");
});

Deno.test("LogFiles keeps the agent's own log in its file when too many containers write", async () => {
  await using f = fixture({ maxFiles: 1 });
  const own = f.files.reserve("cim", "c0");
  for (const name of ["a", "b"]) f.send(name, "1", name);
  own.append(new TextEncoder().encode("own"));
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_cim-c0.log"), "own\n");
  assert.deepEqual([f.files.openFiles, f.route.telemetry.overflowLines], [1, 1]);
});

Deno.test("LogFiles writes the agent's own log when flush_timeout or buffer_size is reached", async () => {
  await using f = fixture({ lmaas: { flush_timeout: 5, buffer_size: 1_000 } });
  await using _timers = timers(f.route);
  const own = f.files.reserve("cim", "c0");
  own.append(new TextEncoder().encode("first"));
  await f.clock.advance(5_500);
  await until("it is written by time", () => f.text("amf-0_ns1_cim-c0.log") === "first\n");
  own.append(new Uint8Array(1_000).fill(0x61));
  await f.clock.advance(500);
  await until("it is written by size", () => f.text("amf-0_ns1_cim-c0.log").length === 1_007);
});

Deno.test("LogFiles.close() returns the lost lines of applications, not those of the agent's own log", async () => {
  await using f = await fixture();
  const own = f.files.reserve("cim", "c0");
  for (const name of ["cim-c0", "amf-c1"]) await Deno.mkdir(`${f.folder}/amf-0_ns1_${name}.log`);
  own.append(new TextEncoder().encode("own"));
  for (const line of ["one", "two"]) f.send("amf", "c1", line);
  assert.equal(await f.files.close(AbortSignal.abort()), 2);
  assert.equal(f.files.book.dropped.get("unwritten_at_stop"), 3);
});
