import assert from "node:assert/strict";
import { DeadLetters, readDeadLetters } from "../../../cim/spool/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

function setUp(path: string, maxBytes = 1_000_000) {
  const clock = manualClock();
  const logs = recordingLogs(clock);
  const letters = new DeadLetters({ path, maxBytes, clock, log: logs.registry.logger("spool") });
  return { letters, logs };
}

Deno.test("DeadLetters keeps the original bytes, the route, the reason and the time", async () => {
  using folder = tempDir();
  const path = folder.join("letters");
  const { letters } = setUp(path);
  const record = Uint8Array.of(0, 255, 10, 34);
  letters.add({ route: "logs_kafka", reason: "record_too_large", record, cause: new Error("no") });
  record.fill(1);
  await letters.flush();
  const { time, ...letter } = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(letter, {
    route: "logs_kafka",
    reason: "record_too_large",
    cause: "no",
    record: "AP8KIg==",
  });
  assert.equal(new Date(time).toISOString(), time);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
});

Deno.test("DeadLetters keeps the newest letters within its bound", async () => {
  using folder = tempDir();
  const path = folder.join("letters");
  const { letters } = setUp(path, 4_000);
  for (let number = 0; number < 100; number++) {
    letters.add({ route: "logs", reason: `r${number}`, record: new Uint8Array(100) });
  }
  await letters.flush();
  const texts = await Promise.all([`${path}.old`, path].map((one) => Deno.readTextFile(one)));
  assert(texts.join("").length <= 4_000);
  const lines = texts.join("").trim().split("\n").map((line) => JSON.parse(line).reason);
  assert(lines.length > 5);
  assert.deepEqual(lines, Array.from(lines, (_, at) => `r${100 - lines.length + at}`));
});

Deno.test("DeadLetters begins a line of its own after one that a crash has cut", async () => {
  using folder = tempDir();
  const path = folder.join("letters");
  await Deno.writeTextFile(path, '{"time":"2026-');
  const { letters } = setUp(path);
  for (const reason of ["first", "second"]) {
    letters.add({ route: "logs", reason, record: new Uint8Array(1) });
  }
  await letters.flush();
  const found = await readDeadLetters(path);
  assert.deepEqual(found.letters.map(({ reason }) => reason), ["first", "second"]);
  assert.equal(found.damaged, 1);
});

Deno.test("DeadLetters counts and logs letters that cannot be written", async () => {
  using folder = tempDir();
  const { letters, logs } = setUp(folder.join("missing", "letters"));
  for (let count = 0; count < 2; count++) {
    letters.add({ route: "logs", reason: "r", record: new Uint8Array(1) });
  }
  await letters.flush();
  assert.equal(letters.lost, 2);
  assert.deepEqual(logs.messages("error"), ["Cannot write a dead letter; it is lost"]);
});
