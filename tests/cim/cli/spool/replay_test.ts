import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { replaySpool } from "../../../../cim/cli/spool/mod.ts";
import { inspectSpool, Spool } from "../../../../core/mod.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { keyedBlock } from "../../../../plugins/kafka/mod.ts";
import { TcpCollector } from "../../../_support/tcp_collector.ts";
import { tempDir } from "../../../_support/temp_dir.ts";
import { until } from "../../../_support/until.ts";
import { recordingIo } from "../_io.ts";

const text = new TextEncoder();

/** A spool whose queue `logs_tcp` has the lines 1 to 5 in blocks of two, and `events` two records. */
async function fill(folder: string): Promise<void> {
  await using spool = await Spool.open({ folder });
  const lines = spool.queue("logs_tcp");
  await lines.append(text.encode("one\ntwo\n"), 2);
  await lines.append(text.encode("three\nfour\n"), 2);
  await lines.append(text.encode("five\n"), 1);
  const { data, records } = keyedBlock([
    { key: text.encode("k"), value: text.encode("e1") },
    { value: text.encode("e2") },
  ]);
  await spool.queue("events").append(data, records);
}

async function run(...args: string[]) {
  const io = recordingIo();
  const code = await runCli(["spool", "replay", ...args], io);
  return { code, out: io.outLines, err: io.errLines };
}

Deno.test("cim spool replay sends the records of a queue to a collector, and leaves the spool as it is", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  const before = await inspectSpool(folder.path);
  const { code, out, err } = await run("logs_tcp", ...to);
  assert.deepEqual([code, out], [0, [
    `sent 5 records of logs_tcp to the collector at 127.0.0.1:${collector.port}`,
  ]]);
  assert.deepEqual(err, [
    "cim: the records stay in the spool; the agent sends them too when it starts",
  ]);
  assert.deepEqual(collector.lines, ["one", "two", "three", "four", "five"]);
  assert.deepEqual(await inspectSpool(folder.path), before);
  await run("events", ...to);
  assert.deepEqual(collector.lines.slice(5), ["e1", "e2"]);
});

Deno.test("cim spool replay sends only the chosen records", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  await run("logs_tcp", ...to, "--from", "2", "--until", "4");
  assert.deepEqual(collector.lines, ["two", "three", "four"]);
  await run("logs_tcp", ...to, "--from", "4", "--count", "1");
  assert.deepEqual(collector.lines.slice(3), ["four"]);
  const none = await run("logs_tcp", ...to, "--from", "9");
  assert.match(none.out[0], /^sent 0 records/);
});

Deno.test("cim spool replay sends what export wrote, and names a line that is not a record", async () => {
  using folder = tempDir();
  await fill(folder.join("spool"));
  await using collector = new TcpCollector();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`];
  const io = recordingIo();
  await runCli(["spool", "export", "events", "--folder", folder.join("spool")], io);
  const file = folder.join("events.jsonl");
  await Deno.writeTextFile(file, io.outLines.join("\n"));
  const { code, out, err } = await run("events", ...to, "--file", file);
  assert.equal(code, 0, err.join());
  assert.match(out[0], /^sent 2 records of events/);
  assert.deepEqual([collector.lines, err], [["e1", "e2"], []]);
  for (
    const [line, reason] of [
      ["{", /line 2: /],
      ["null", /line 2: its position must be a whole number above 1/],
      ['{"position":1,"value":"a"}', /line 2: its position must be a whole number above 1/],
      ['{"position":2}', /line 2: it has neither value nor valueBase64/],
      ['{"position":2,"valueBase64":"%"}', /line 2: Cannot decode: the text is not base64/],
    ] as const
  ) {
    await Deno.writeTextFile(file, `{"position":1,"value":"a"}\n${line}\n`);
    const bad = await run("events", ...to, "--file", file);
    assert.equal(bad.code, 1);
    assert.match(bad.err.join(), reason);
    assert.match(bad.err.join(), /\(spool_replay_input\)/);
  }
  const missing = await run("events", ...to, "--file", folder.join("none"));
  assert.match(missing.err[0], /No such file.*\(spool_replay_input\)/);
});

Deno.test("cim spool replay goes where the agent sends the queue, and says when it sends it nowhere", async () => {
  using folder = tempDir({ folders: ["static"] });
  await fill(folder.join("spool"));
  await using collector = new TcpCollector();
  const place = ["--set", `paths.conf=${folder.path}`, "--folder", folder.join("spool")];
  const nowhere = await run("logs_tcp", ...place);
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.err[0], /"logs_tcp": .* name one with --to .*\(spool_replay_without_dest/);
  const kafka = await run("events", ...place);
  assert.match(kafka.err[0], /topic EVENT: no broker is configured; .*\(spool_replay_without_dest/);
  await Deno.writeTextFile(
    folder.join("static", "common-infra.json"),
    JSON.stringify({ logging_svc_url: `127.0.0.1:${collector.port}` }),
  );
  assert.equal((await run("logs_tcp", ...place)).code, 0);
  assert.equal(collector.lines.length, 5);
});

Deno.test("cim spool replay sends no more records a second than --rate allows, and reports its progress", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const clock = manualClock();
  const errLines: string[] = [];
  const io = { ...recordingIo(), isErrTerminal: true, err: (line: string) => errLines.push(line) };
  const running = replaySpool("logs_tcp", {
    pluginPaths: {},
    folder: folder.path,
    range: { from: 1, until: Infinity, count: 4 },
    rate: 2,
    to: { kind: "tcp", target: { hostname: "127.0.0.1", port: collector.port } },
    file: undefined,
    clock,
  }, io);
  for (const [at, line] of ["one", "two", "three", "four"].entries()) {
    await collector.until(() => collector.lines.length === at + 1);
    assert.equal(collector.lines[at], line);
    if (at === 3) break;
    await until("it waits for the rate", () => clock.pending > 0);
    await clock.advance(499);
    assert.equal(collector.lines.length, at + 1);
    await clock.advance(1);
  }
  assert.equal(await running, 0);
  assert.deepEqual(errLines.slice(0, -1), ["cim: 3 records sent, 3 a second"]);
});

Deno.test("cim spool replay waits for a destination that is down, and continues when it is back", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  await collector.stop();
  const io = recordingIo();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  const running = runCli(["spool", "replay", "logs_tcp", ...to], io);
  await until("it failed once", () => io.errLines.length > 0);
  assert.match(io.errLines[0], /^cim: waiting for the collector at .*: Cannot /);
  collector.start();
  assert.equal(await running, 0);
  assert.equal(collector.lines.length, 5);
});

Deno.test("cim spool replay gives up after 30 seconds, and says where to continue", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const { port } = collector;
  const clock = manualClock();
  const io = recordingIo();
  await collector.stop();
  const running = replaySpool("logs_tcp", {
    pluginPaths: {},
    folder: folder.path,
    range: { from: 1, until: Infinity, count: Infinity },
    rate: Infinity,
    to: { kind: "tcp", target: { hostname: "127.0.0.1", port } },
    file: undefined,
    clock,
  }, io);
  let failure: Error & { code?: string } | undefined;
  running.catch((error) => failure = error);
  const error = await until("it gave up", async () => {
    if (clock.pending > 0) await clock.advance(500);
    return failure;
  });
  assert.match(error.message, /: .*refused.*; 0 were sent$/);
  assert.equal(error.code, "spool_replay_failed");
  assert(clock.monotonic() >= 30_000);
});

Deno.test("cim spool replay says that the last records may be missing when the connection is lost", async () => {
  using folder = tempDir();
  {
    await using spool = await Spool.open({ folder: folder.path });
    const data = text.encode(`${"x".repeat(99_999)}\n`);
    for (let block = 0; block < 400; block++) await spool.queue("logs_tcp").append(data, 1);
  }
  await using collector = new TcpCollector();
  collector.cutAt(1_000_000);
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  const { code, err } = await run("logs_tcp", ...to);
  assert.equal(code, 1);
  assert.match(
    err[0],
    /; (\d+) were sent, and the last of them may not have arrived; continue with --from \d+ \(spool_/,
  );
});

Deno.test("cim spool replay refuses a spool in use, and an agent does not start meanwhile", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  {
    await using _spool = await Spool.open({ folder: folder.path });
    const { code, err } = await run("logs_tcp", ...to);
    assert.equal(code, 1);
    assert.match(err[0], new RegExp(`process ${Deno.pid} uses the spool.*\\(spool_in_use\\)`));
  }
  collector.hold();
  const running = run("logs_tcp", ...to);
  await until("it has connected", () => collector.open > 0);
  await assert.rejects(Spool.open({ folder: folder.path }), /uses it; stop that process/);
  collector.read();
  assert.equal((await running).code, 0);
  await using _spool = await Spool.open({ folder: folder.path });
});

Deno.test("cim spool replay counts records that are damaged", async () => {
  using folder = tempDir();
  await fill(folder.path);
  const [{ name }] = [...Deno.readDirSync(folder.join("logs_tcp"))]
    .filter(({ name }) => name.endsWith(".segment"));
  const path = folder.join("logs_tcp", name);
  const content = Deno.readFileSync(path);
  const second = 16 + 40 + "one\ntwo\n".length + 40;
  content[second] ^= 1;
  Deno.writeFileSync(path, content);
  await using collector = new TcpCollector();
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  const { err } = await run("logs_tcp", ...to);
  assert.equal(err[0], "cim: 2 records are missing or damaged in the spool");
  assert.deepEqual(collector.lines, ["one", "two", "five"]);
});

Deno.test("cim spool replay ends at a stop signal, and says how far it came", async () => {
  using folder = tempDir();
  await fill(folder.path);
  await using collector = new TcpCollector();
  const stop = new AbortController();
  const recording = recordingIo();
  const io = { ...recording, stop: stop.signal };
  const to = ["--to", `tcp:127.0.0.1:${collector.port}`, "--folder", folder.path];
  const running = runCli(["spool", "replay", "logs_tcp", "--rate", "1", ...to], io);
  await collector.until(() => collector.lines.length > 0);
  stop.abort("SIGINT");
  assert.equal(await running, 1);
  assert.deepEqual(recording.errLines, [
    "cim: 1 records were sent; continue with --from 2",
    "cim: stopped by SIGINT",
  ]);
});

for (
  const args of [
    ["logs_tcp", "--to", "host:1"],
    ["logs_tcp", "--to", "tcp:host"],
    ["logs_tcp", "--to", "kafka:a b"],
    ["logs_tcp", "--rate", "0"],
    ["logs_tcp", "--file", "a", "--folder", "b"],
    [],
  ]
) {
  Deno.test(`cim spool replay ${args.join(" ")} is a usage error`, async () => {
    assert.equal((await run(...args)).code, 2);
  });
}
