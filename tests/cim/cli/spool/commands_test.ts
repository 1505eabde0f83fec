import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { Spool } from "../../../../core/mod.ts";
import { keyedBlock, valueBlock } from "../../../../plugins/kafka/mod.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { assertHarmless, hostile } from "../_hostile.ts";
import { recordingIo } from "../_io.ts";

const text = new TextEncoder();

/** Runs `cim spool` and returns the exit code and what was printed. */
async function run(...args: string[]) {
  const io = recordingIo();
  const code = await runCli(["spool", ...args], io);
  return { code, out: io.outLines, err: io.errLines };
}

async function fill(folder: string): Promise<void> {
  await using spool = await Spool.open({ folder });
  await spool.queue("logs_tcp").append(text.encode("one\ntwo\n"), 2);
  await spool.queue("logs_tcp").append(text.encode("three\n"), 1);
  const keyed = keyedBlock([{ key: text.encode("k"), value: text.encode('{"a":1}') }]);
  await spool.queue("events").append(keyed.data, keyed.records);
  const values = valueBlock([text.encode("v1"), new Uint8Array([0xff])]);
  await spool.queue("events").append(values.data, values.records);
}

Deno.test("cim spool ls lists what waits in each queue", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { code, out } = await run("ls", "--folder", folder.path);
  assert.equal(code, 0);
  assert.match(out[0], /^QUEUE +RECORDS +BLOCKS +SEGMENTS +BYTES +OLDEST$/);
  assert.match(out[1], /^events +3 +2 +1 +\d+ +just now$/);
  assert.match(out[2], /^logs_tcp +3 +2 +1 +\d+ +just now$/);
  const json = await run("ls", "--json", "--folder", folder.path);
  assert.deepEqual(
    JSON.parse(json.out.join("\n")).queues.map((
      { name, records }: { name: string; records: number },
    ) => [
      name,
      records,
    ]),
    [["events", 3], ["logs_tcp", 3]],
  );
});

Deno.test("cim spool ls says where it looked when there are no queues", async () => {
  using folder = tempDir();
  const { code, out } = await run("ls", "--set", `paths.data=${folder.path}`);
  assert.deepEqual([code, out], [0, [`no queues in ${folder.path}/spool`]]);
});

Deno.test("cim spool cat prints records of every framing, one on a line", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const lines = await run("cat", "logs_tcp", "--folder", folder.path);
  assert.deepEqual([lines.code, lines.out], [0, ["one", "two", "three"]]);
  const events = await run("cat", "events", "--folder", folder.path);
  assert.deepEqual(events.out, ['{"a":1}', "v1", "\ufffd"]);
});

Deno.test("cim spool export prints position, time, key and value of each record", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { out } = await run("export", "events", "--folder", folder.path);
  const records = out.map((line) => JSON.parse(line));
  for (const { appended } of records) assert.match(appended, /^20\d\d-.*Z$/);
  assert.deepEqual(records.map(({ appended: _, ...rest }) => rest), [
    { position: 1, key: "k", value: '{"a":1}' },
    { position: 2, value: "v1" },
    { position: 3, valueBase64: "/w==" },
  ]);
});

Deno.test("cim spool cat names the queues when there is no such one", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const { code, err } = await run("cat", "logs", "--folder", folder.path);
  assert.equal(code, 1);
  assert.match(
    err[0],
    /"logs": .* does not have it; it has events, logs_tcp \(spool_queue_missing\)/,
  );
});

Deno.test("cim spool refuses to print records of a spool in use, and still lists it", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using _spool = await Spool.open({ folder: folder.path });
  for (const command of ["cat", "export"]) {
    const { code, err } = await run(command, "events", "--folder", folder.path);
    assert.equal(code, 1);
    assert.match(err[0], new RegExp(`process ${Deno.pid} uses the spool.*\\(spool_in_use\\)`));
  }
  const list = await run("ls", "--folder", folder.path);
  assert.deepEqual([list.code, list.out.length], [0, 3]);
  assert.deepEqual(list.err, [`cim: in use by process ${Deno.pid}; the figures are changing`]);
});

Deno.test("cim spool verify ends with 1 and names the damage", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const good = await run("verify", "--folder", folder.path);
  assert.deepEqual([good.code, good.out], [0, [
    "events: 3 records in 2 blocks are good",
    "logs_tcp: 3 records in 2 blocks are good",
  ]]);
  const [{ name }] = [...Deno.readDirSync(folder.join("logs_tcp"))]
    .filter(({ name }) => name.endsWith(".segment"));
  const path = folder.join("logs_tcp", name);
  const content = Deno.readFileSync(path);
  content[16 + 40] ^= 1;
  Deno.writeFileSync(path, content);
  const bad = await run("verify", "--folder", folder.path);
  assert.deepEqual([bad.code, bad.out.slice(1)], [1, [
    `logs_tcp: ${path}: 48 bytes at 16 are damaged (checksum)`,
    "logs_tcp: 2 records are missing or damaged",
    "logs_tcp: 1 records in 1 blocks are good",
  ]]);
});

Deno.test("cim spool cat and export escape what a terminal acts on, and export keeps the content", async () => {
  using folder = tempDir();
  {
    await using spool = await Spool.open({ folder: folder.path });
    const { data, records } = valueBlock([text.encode(hostile)]);
    await spool.queue("logs_kafka").append(data, records);
  }
  const { out } = await run("cat", "logs_kafka", "--folder", folder.path);
  assertHarmless(out);
  assert.match(out[0], /^\\x1b\]0;title.*\\nforged$/);
  const exported = await run("export", "logs_kafka", "--folder", folder.path);
  assertHarmless(exported.out);
  assert.equal(JSON.parse(exported.out[0]).value, hostile);
});

Deno.test("cim spool ls names the folder and its key or option when the folder does not exist", async () => {
  using folder = tempDir();
  const missing = folder.join("none");
  const [data, named] = [
    await run("ls", "--set", `paths.data=${missing}`),
    await run("ls", "--folder", missing),
  ];
  assert.deepEqual([data.code, data.err], [1, [
    `cim: Cannot read the folder ${missing}: it does not exist; correct paths.data, or start the ` +
    "agent once, which creates it (data_folder_missing)",
  ]]);
  assert.deepEqual([named.code, named.err], [1, [
    `cim: Cannot read the folder ${missing}: it does not exist; correct --folder (data_folder_missing)`,
  ]]);
});

for (
  const [args, problem] of [
    [["--to", "foo"], "cim: Cannot use --to foo: must be tcp:HOST:PORT or kafka:TOPIC"],
    [
      ["--from", "5", "--until", "2"],
      "cim: Cannot use --until 2: must not be below --from, which is 5",
    ],
  ] as const
) {
  Deno.test(`cim spool replay ends with 2 and names the option for ${args.join(" ")}`, async () => {
    const { code, err } = await run("replay", "events", ...args);
    assert.deepEqual([code, err], [2, [problem]]);
  });
}
