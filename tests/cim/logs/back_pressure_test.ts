import assert from "node:assert/strict";
import type { LogHealth } from "../../../cim/logs/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { type Fixture, fixture, recordingGate, settingsOf, timers, until } from "./_fixture.ts";

const small = { maxBufferedBytes: 65_536, blockBytes: 8_192, lmaas: { buffer_size: 1_000 } };

/** Puts a folder in place of the log file of a container, so that it cannot be written. */
function blockFile({ folder }: Fixture, name: string): Promise<void> {
  return Deno.mkdir(`${folder}/amf-0_ns1_${name}-c1.log`);
}

function unblockFile({ folder }: Fixture, name: string): Promise<void> {
  return Deno.remove(`${folder}/amf-0_ns1_${name}-c1.log`);
}

/** Sends lines of 1,000 bytes until `isEnough`; returns their number. */
function fill(f: Fixture, name: string, isEnough: () => boolean): number {
  let sent = 0;
  while (!isEnough() && sent < 1_000) f.send(name, "c1", `${sent++}`.padEnd(999, "x"));
  return sent;
}

/** A standard output that takes nothing until it is opened. */
function heldStdout() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    open: resolve,
    stdout: {
      async write(bytes: Uint8Array) {
        await promise;
        return bytes.length;
      },
    },
  };
}

Deno.test("C2-18: a full log buffer holds publishers for max_block, then the newest lines are dropped", async () => {
  await using f = fixture({ ...small, maxBlockMs: 3_000 });
  const gate = recordingGate();
  f.route.attach(gate);
  await blockFile(f, "amf");
  const kept = fill(f, "amf", () => gate.calls.length > 0);
  await f.clock.advance(2_999);
  assert.deepEqual([gate.calls, f.route.isPaused], [["pause"], true]);
  await f.clock.advance(1);
  assert.deepEqual([gate.calls, f.route.isPaused], [["pause", "resume"], false]);
  for (let i = 0; i < 10; i++) f.send("amf", "c1", "late");
  const { book } = f.files;
  assert.deepEqual([book.inFlight, book.dropped.get("overflow")], [kept, 10]);
  await unblockFile(f, "amf");
  await f.clock.advance(10_000);
  await until("the kept lines are written", () => book.delivered === kept);
  f.send("amf", "c1", "after");
  await f.route.flush();
  assert.deepEqual([book.delivered, book.unaccounted], [kept + 1, 0]);
  assert.equal(f.text("amf-0_ns1_amf-c1.log").split("\n").at(-2), "after");
});

Deno.test("publishers are not held again while lines are dropped, whichever file becomes full", async () => {
  await using f = fixture({ ...small, maxBlockMs: 1_000 });
  const gate = recordingGate();
  f.route.attach(gate);
  for (const name of ["amf", "smf", "upf"]) await blockFile(f, name);
  fill(f, "amf", () => gate.calls.length > 0);
  await f.clock.advance(1_000);
  for (const name of ["smf", "upf", "amf"]) fill(f, name, () => false);
  await f.clock.advance(10_000);
  assert.deepEqual(gate.calls, ["pause", "resume"]);
  assert.ok(f.files.backlog.bytes < 65_536, `${f.files.backlog.bytes} bytes`);
  assert.equal(f.files.book.unaccounted, 0);
});

Deno.test("publishers are held again after the buffer has emptied", async () => {
  await using f = fixture({ ...small, maxBlockMs: 1_000 });
  const gate = recordingGate();
  f.route.attach(gate);
  for (let round = 1; round <= 2; round++) {
    await blockFile(f, "amf");
    // The file notices within a second that it was replaced.
    await f.clock.advance(1_000);
    fill(f, "amf", () => gate.calls.length > 2 * round - 2);
    await f.clock.advance(1_000);
    assert.equal(gate.calls.length, 2 * round);
    await unblockFile(f, "amf");
    await f.clock.advance(10_000);
    await until("the buffer is empty", () => f.files.backlog.bytes === 0);
    await Deno.remove(`${f.folder}/amf-0_ns1_amf-c1.log`);
  }
  assert.equal(f.route.pauses, 2);
});

Deno.test("max_block 0 never holds publishers", async () => {
  await using f = fixture({ ...small, maxBlockMs: 0 });
  const gate = recordingGate();
  f.route.attach(gate);
  await blockFile(f, "amf");
  for (let i = 0; i < 100; i++) f.send("amf", "c1", "x".repeat(999));
  assert.deepEqual(gate.calls, []);
  assert.ok(f.files.book.dropped.get("overflow")! > 50);
});

for (const mode of ["FILE", "STDOUT"]) {
  Deno.test(`switching the logging mode away from a full ${mode} frees publishers at once`, async () => {
    const { stdout, open } = heldStdout();
    await using f = fixture({ ...small, stdout, lmaas: { logging_mode: mode } });
    const gate = recordingGate();
    f.route.attach(gate);
    await blockFile(f, "amf");
    const sent = fill(f, "amf", () => gate.calls.length > 0);
    f.route.configure(settingsOf({ logging_mode: mode === "FILE" ? "STDOUT" : "FILE" }));
    assert.deepEqual([gate.calls, f.route.isPaused], [["pause", "resume"], false]);
    open();
    await unblockFile(f, "amf");
    await f.clock.advance(10_000);
    const { book } = mode === "FILE" ? f.files : f.stdout;
    await until("the kept lines are written", () => book.delivered === sent);
    assert.equal(book.unaccounted, 0);
  });
}

for (
  const [place, mode] of [["amf-0_ns1_amf-c1.log", "FILE"], ["standard output", "STDOUT"]] as const
) {
  Deno.test(`health says that publishers are held and lines dropped because of a full ${mode}`, async () => {
    const { stdout, open } = heldStdout();
    const health: string[] = [];
    using outer = tempDir();
    const folder = outer.join("logs");
    await Deno.writeTextFile(folder, "a file where the folder should be");
    await using f = await fixture({
      ...small,
      folder,
      stdout,
      lmaas: { logging_mode: mode, buffer_size: 1_000 },
      onHealth: (now: LogHealth) => health.push(now.state === "ok" ? "ok" : now.reason),
    });
    await using _timers = timers(f.route);
    fill(f, "amf", () => f.route.isPaused);
    await f.clock.advance(2_000);
    const held = health.find((text) => text.startsWith("Publishers are held: "));
    assert.match(held ?? "", new RegExp(`${place} does not take the log lines fast enough`));
    await f.clock.advance(4_000);
    f.send("amf", "c1", "dropped");
    assert.match(health.at(-1) ?? "", new RegExp(`^Log lines for .*${place} are being dropped`));
    open();
    await Deno.remove(folder);
    await f.clock.advance(2_000);
    await f.route.flush();
    await f.clock.advance(20_000);
    await until("all is well", () => health.at(-1) === "ok");
  });
}

Deno.test("a file that cannot be written holds publishers no longer than until its folder is probed", async () => {
  await using f = await fixture(small);
  await using _timers = timers(f.route);
  const gate = recordingGate();
  f.route.attach(gate);
  await f.clock.advance(1_000);
  await blockFile(f, "amf");
  const sent = fill(f, "amf", () => gate.calls.length > 0);
  await until("the attempt failed", () => f.route.telemetry.writeFailures > 0);
  await f.clock.advance(500);
  // The probe and the next attempts run on the real disk.
  await until("publishers continue", async () => {
    await f.clock.advance(100);
    return gate.calls.length === 2;
  });
  assert.ok(f.clock.monotonic() < 5_000, "it took as long as any other pause");
  for (let i = 0; i < 10; i++) f.send("amf", "c1", "late");
  assert.equal(f.files.book.dropped.get("overflow"), 10);
  await unblockFile(f, "amf");
  await f.clock.advance(5_000);
  await until("the kept lines are written", () => f.files.book.delivered === sent);
});

Deno.test("short pauses under load are not reported", async () => {
  const health: LogHealth[] = [];
  await using f = fixture({ ...small, onHealth: (now) => health.push(now) });
  const gate = recordingGate();
  f.route.attach(gate);
  await using _timers = timers(f.route);
  for (let round = 1; round <= 5; round++) {
    fill(f, "amf", () => f.route.isPaused);
    await until("there is room", () => !f.route.isPaused);
    await f.clock.advance(500);
  }
  assert.deepEqual([gate.calls.length, health], [10, []]);
  assert.equal(f.files.book.dropped.size, 0);
});

Deno.test("one file that cannot be written takes half of the buffer, and others are written", async () => {
  await using f = fixture(small);
  const gate = recordingGate();
  f.route.attach(gate);
  await blockFile(f, "amf");
  fill(f, "amf", () => f.route.isPaused);
  await f.clock.advance(5_000);
  for (let i = 0; i < 200; i++) f.send("amf", "c1", "x".repeat(999));
  assert.ok(f.files.backlog.bytes < 34_000, `${f.files.backlog.bytes} bytes`);
  let sent = 0;
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 10; i++) f.send("smf", "c1", `${sent++}`.padEnd(999, "y"));
    f.route.endOfChunk();
    await f.clock.advance(10);
    await until("smf is written", () => f.files.book.delivered === sent);
  }
  assert.deepEqual(gate.calls, ["pause", "resume"]);
  assert.equal(f.text("amf-0_ns1_smf-c1.log").split("\n").length, sent + 1);
});

Deno.test("a file that alone cannot be written never pauses the publishers of others", async () => {
  await using f = fixture(small);
  const gate = recordingGate();
  f.route.attach(gate);
  await blockFile(f, "amf");
  f.send("amf", "c1", "first");
  f.files.flushAll();
  await until("amf failed", () => f.route.telemetry.writeFailures > 0);
  await f.clock.advance(1);
  f.send("smf", "c1", "works");
  f.files.flushAll();
  await until("smf is written", () => f.files.book.delivered === 1);
  await f.clock.advance(200);
  await until("amf failed again", () => f.route.telemetry.writeFailures > 1);
  for (let i = 0; i < 100; i++) f.send("amf", "c1", "x".repeat(999));
  const { book } = f.files;
  assert.deepEqual([gate.calls, book.unaccounted], [[], 0]);
  assert.ok(book.dropped.get("overflow")! > 60);
});

Deno.test("lines of the agent's own log never pause publishers; those without room are counted", async () => {
  await using f = fixture(small);
  const gate = recordingGate();
  f.route.attach(gate);
  const own = f.files.reserve("cim", "c1");
  await blockFile(f, "cim");
  for (let i = 0; i < 100; i++) own.append(new Uint8Array(999).fill(0x61));
  const { book, backlog } = f.files;
  assert.deepEqual([gate.calls, book.unaccounted], [[], 0]);
  assert.ok(backlog.bytes < 34_000 && book.dropped.get("overflow")! > 60);
});

Deno.test("many files that cannot be written hold half of the buffer together, and others are written", async () => {
  await using f = await fixture(small);
  const gate = recordingGate();
  f.route.attach(gate);
  f.send("smf", "c1", "works");
  await f.route.flush();
  const names = Array.from({ length: 20 }, (_, index) => `bad${index}`);
  for (const name of names) {
    await blockFile(f, name);
    f.send(name, "c1", "first");
  }
  f.files.flushAll();
  await until("all of them failed", () => f.route.telemetry.outages === names.length);
  await f.clock.advance(1);
  f.send("smf", "c1", "works");
  f.files.flushAll();
  await until("smf is written", () => f.files.book.delivered === 2);
  await f.clock.advance(200);
  await until("all failed again", () => f.route.telemetry.writeFailures >= 2 * names.length);
  for (let i = 0; i < 50; i++) {
    for (const name of names) f.send(name, "c1", "x".repeat(999));
  }
  assert.ok(f.files.backlog.bytes < 34_000, `${f.files.backlog.bytes} bytes`);
  const dropped = f.files.book.dropped.get("overflow");
  for (let i = 0; i < 10; i++) f.send("smf", "c1", "y".repeat(999));
  await f.clock.advance(10);
  f.files.flushAll();
  await until("smf is written", () => f.files.book.delivered === 12);
  assert.deepEqual([gate.calls, f.files.book.dropped.get("overflow")], [[], dropped]);
});

Deno.test("publishers stay held when the folder works again before the next attempt of the full file", async () => {
  using outer = tempDir();
  const folder = outer.join("logs");
  await Deno.writeTextFile(folder, "a file where the folder should be");
  await using f = await fixture({ ...small, folder, maxBlockMs: 60_000 });
  const gate = recordingGate();
  f.route.attach(gate);
  const sent = fill(f, "amf", () => gate.calls.length > 0);
  await until("amf failed", () => f.route.telemetry.writeFailures > 0);
  await Deno.remove(folder);
  // The probe succeeds, and another file is written, while the full one waits for its next attempt.
  f.files.tick();
  f.send("smf", "c1", "first");
  f.files.flushAll();
  await until("smf is written", () => f.files.book.delivered === 1);
  assert.deepEqual([gate.calls, f.files.book.dropped.size], [["pause"], 0]);
  await f.clock.advance(1_000);
  await until("amf is written", () => f.files.book.delivered === sent + 1);
  assert.deepEqual([gate.calls, f.files.book.dropped.size], [["pause", "resume"], 0]);
});
