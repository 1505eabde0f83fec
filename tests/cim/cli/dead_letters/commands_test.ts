import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { DeadLetters } from "../../../../cim/spool/mod.ts";
import { readSpool, Spool } from "../../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../../core/testing/mod.ts";
import { keyedBlock } from "../../../../plugins/kafka/mod.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { assertHarmless, hostile } from "../_hostile.ts";
import { recordingIo } from "../_io.ts";

const text = new TextEncoder();
const event = keyedBlock([{ key: text.encode("pod"), value: text.encode('{"a":1}') }]);

/** Three letters: of events, of logs and of subscriptions. */
async function fill(data: string, maxBytes = 1_000_000): Promise<void> {
  const clock = manualClock();
  const log = recordingLogs(clock).registry.logger("spool");
  const letters = new DeadLetters({ path: `${data}/dead_letters.jsonl`, maxBytes, clock, log });
  const reason = "record_too_large";
  letters.add({ route: "events", reason, record: event.data.slice(4), cause: new Error("no") });
  letters.add({ route: "logs_kafka", reason, record: text.encode("line") });
  letters.add({ route: "subscriptions", reason: "refused", record: text.encode("poison") });
  await letters.flush();
}

async function run(data: string, ...args: string[]) {
  const io = recordingIo();
  const sets = ["--set", `paths.data=${data}`, "--set", "rest.port=1"];
  const code = await runCli(["dead-letters", ...args, ...sets], io);
  return { code, out: io.outLines, err: io.errLines };
}

async function routesLeft(data: string): Promise<string[]> {
  const { out } = await run(data, "ls", "--json");
  return JSON.parse(out.join("\n")).letters.map(({ route }: { route: string }) => route);
}

async function queued(data: string, queue: string): Promise<number[]> {
  const bytes: number[] = [];
  for await (const block of readSpool(`${data}/spool`, queue)) bytes.push(...block.data);
  return bytes;
}

Deno.test("cim dead-letters ls lists number, route, size and reason, and says when there are none", async () => {
  using folder = tempDir();
  const none = await run(folder.path, "ls");
  assert.deepEqual([none.code, none.out], [0, [
    `no dead letters in ${folder.path}/dead_letters.jsonl`,
  ]]);
  await fill(folder.path);
  const { code, out } = await run(folder.path, "ls");
  assert.equal(code, 0);
  assert.match(out[0], /^NUMBER +REFUSED +ROUTE +BYTES +REASON$/);
  assert.match(out[1], /^1 .* ago +events +18 +record_too_large$/);
  assert.match(out[3], /^3 .* ago +subscriptions +6 +refused$/);
  assert.deepEqual(await routesLeft(folder.path), ["events", "logs_kafka", "subscriptions"]);
});

Deno.test("cim dead-letters show prints reason, cause, key and value, and with --json the original bytes", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { out } = await run(folder.path, "show", "1");
  assert.deepEqual(out.slice(1), [
    "route: events",
    "reason: record_too_large",
    "cause: no",
    "key: pod",
    "",
    '{"a":1}',
  ]);
  const json = await run(folder.path, "show", "2", "--json");
  assert.equal(JSON.parse(json.out.join("\n")).record, text.encode("line").toBase64());
});

Deno.test("cim dead-letters replay puts the original bytes back into the queue and removes the letter", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { code, out } = await run(folder.path, "replay", "2", "1");
  assert.deepEqual([code, out], [0, [
    "replayed 2 dead letters; the agent sends them after its next start",
  ]]);
  assert.deepEqual(await queued(folder.path, "events"), [...event.data]);
  assert.deepEqual(await queued(folder.path, "logs_kafka"), [0, 0, 0, 4, ...text.encode("line")]);
  assert.deepEqual(await routesLeft(folder.path), ["subscriptions"]);
});

Deno.test("cim dead-letters replay refuses a route without a queue and changes nothing", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { code, err } = await run(folder.path, "replay", "--all");
  assert.equal(code, 1);
  assert.match(err[0], /of route "subscriptions": .* drop it \(dead_letter_without_queue\)/);
  assert.equal((await routesLeft(folder.path)).length, 3);
  assert.deepEqual(await queued(folder.path, "events"), []);
});

Deno.test("cim dead-letters replay keeps the letters that a full spool does not take", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const path = `${folder.path}/dead_letters.jsonl`;
  const line = JSON.stringify({
    time: new Date().toISOString(),
    route: "logs_kafka",
    reason: "record_too_large",
    record: new Uint8Array(2_000_000).toBase64(),
  });
  await Deno.writeTextFile(path, `${line}\n`, { append: true });
  const set = ["--set", "spool.max_size=1MiB"];
  const { code, err } = await run(folder.path, "replay", "--route", "logs_kafka", ...set);
  assert.equal(code, 1);
  assert.match(err[0], /Cannot replay 1 of 2 dead letters: spool_full; .* \(replay_refused\)/);
  assert.deepEqual(await routesLeft(folder.path), ["events", "subscriptions", "logs_kafka"]);
});

Deno.test("cim dead-letters drop removes the letters of a route only, from both files", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const path = `${folder.path}/dead_letters.jsonl`;
  await Deno.rename(path, `${path}.old`);
  await fill(folder.path);
  const { code, out } = await run(folder.path, "drop", "--route", "events");
  assert.deepEqual([code, out], [0, ["dropped 2 dead letters"]]);
  const left = ["logs_kafka", "subscriptions"];
  assert.deepEqual(await routesLeft(folder.path), [...left, ...left]);
});

Deno.test("cim dead-letters replay and drop refuse a spool in use", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using _spool = await Spool.open({ folder: `${folder.path}/spool` });
  for (const command of ["replay", "drop"]) {
    const { code, err } = await run(folder.path, command, "1");
    assert.equal(code, 1);
    assert.match(err[0], new RegExp(`process ${Deno.pid} uses it.*\\(spool_in_use\\)`));
  }
  assert.equal((await routesLeft(folder.path)).length, 3);
});

Deno.test("cim dead-letters replay refuses a damaged spool, whose losses only the agent counts", async () => {
  using folder = tempDir();
  await fill(folder.path);
  {
    await using spool = await Spool.open({ folder: `${folder.path}/spool` });
    await spool.queue("logs_tcp").append(text.encode("one\n"), 1);
    await spool.queue("logs_tcp").append(text.encode("two\n"), 1);
  }
  const queue = `${folder.path}/spool/logs_tcp`;
  const [segment] = [...Deno.readDirSync(queue)].filter(({ name }) => name.endsWith(".segment"));
  const content = Deno.readFileSync(`${queue}/${segment.name}`);
  content[16 + 40] ^= 1;
  Deno.writeFileSync(`${queue}/${segment.name}`, content);
  const { code, err } = await run(folder.path, "replay", "1");
  assert.equal(code, 1);
  assert.match(err[0], /queue "logs_tcp" is damaged; start the agent once.*\(replay_refused\)/);
});

Deno.test("cim dead-letters leaves lines that are not letters and counts them", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const path = `${folder.path}/dead_letters.jsonl`;
  await Deno.writeTextFile(path, '{"time":"20', { append: true });
  const { err } = await run(folder.path, "drop", "--all");
  assert.deepEqual(err, [`cim: 1 lines of ${path} are not letters and are left`]);
  assert.equal(await Deno.readTextFile(path), '{"time":"20');
});

for (const args of [["replay"], ["drop", "1", "--all"], ["show", "0"], ["replay", "x"]]) {
  Deno.test(`cim dead-letters ${args.join(" ")} is a usage error`, async () => {
    using folder = tempDir();
    assert.equal((await run(folder.path, ...args)).code, 2);
  });
}

Deno.test("cim dead-letters names the way to a number when there is no such letter", async () => {
  using folder = tempDir();
  const { code, err } = await run(folder.path, "drop", "7");
  assert.equal(code, 1);
  assert.match(err[0], /dead letter 7: there are 0; .*ls.*\(dead_letter_missing\)/);
});

Deno.test("cim dead-letters ls and show escape what a terminal acts on, and a line feed forges no row", async () => {
  using folder = tempDir();
  const letter = { time: new Date().toISOString(), route: "logs_kafka", reason: hostile };
  const record = text.encode(hostile).toBase64();
  const line = JSON.stringify({ ...letter, cause: hostile, record });
  await Deno.writeTextFile(`${folder.path}/dead_letters.jsonl`, `${line}\n`);
  const list = await run(folder.path, "ls");
  assert.equal(list.out.length, 2);
  assertHarmless(list.out);
  assertHarmless((await run(folder.path, "show", "1")).out);
  const json = (await run(folder.path, "show", "1", "--json")).out.join("\n");
  assertHarmless(json.split("\n"));
  assert.equal(JSON.parse(json).reason, hostile);
});

Deno.test("cim dead-letters ls counts a line as damaged when it is no object, or its time is no time", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const damaged = ["null", "5", "[]", JSON.stringify({ ...letterOf(folder.path), time: "soon" })];
  await Deno.writeTextFile(`${folder.path}/dead_letters.jsonl`, `${damaged.join("\n")}\n`, {
    append: true,
  });
  const { code, out, err } = await run(folder.path, "ls");
  assert.equal(code, 0);
  assert.equal(out.length, 4, out.join("\n"));
  assert.deepEqual(err, [
    `cim: 4 lines of ${folder.path}/dead_letters.jsonl are not letters and are left`,
  ]);
});

/** The first letter of the file. */
function letterOf(data: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(`${data}/dead_letters.jsonl`).split("\n")[0]);
}

Deno.test("cim dead-letters ls names the folder and paths.data when the folder does not exist", async () => {
  using folder = tempDir();
  const { code, err } = await run(folder.join("none"), "ls");
  assert.equal(code, 1);
  assert.match(err[0], /Cannot read the folder .*none: it does not exist; correct paths\.data/);
});
