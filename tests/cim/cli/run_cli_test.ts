import assert from "node:assert/strict";
import { describeCommands, runCli } from "../../../cim/cli/mod.ts";
import { recordingIo } from "./_io.ts";

Deno.test("runCli() prints results on out and problems on err", async () => {
  const fine = recordingIo();
  assert.equal(await runCli(["--version"], fine), 0);
  assert.equal(fine.outLines.length, 1);
  assert.deepEqual(fine.errLines, []);
  const wrong = recordingIo();
  assert.equal(await runCli(["--nothing"], wrong), 2);
  assert.deepEqual(wrong.outLines, []);
  assert.match(wrong.errLines[0], /^cim: unknown option "--nothing"/);
});

for (
  const [args, hint, usage] of [
    [["statu"], 'there is no command "cim statu"; did you mean "status"?', "Usage: cim <command>"],
    [
      ["status", "--jsno"],
      'unknown option "--jsno"; did you mean "--json"?',
      "Usage: cim status [options]",
    ],
    [["kv", "put", "a"], "<value> is missing", "Usage: cim kv put [options] <key> <value>"],
  ] as const
) {
  Deno.test(`runCli() says what is wrong with "${args.join(" ")}" and how the command is used`, async () => {
    const io = recordingIo();
    assert.equal(await runCli(args, io), 2);
    assert.deepEqual(io.errLines.join("\n").split("\n"), [`cim: ${hint}`, usage]);
  });
}

Deno.test("runCli() does not list the command that only the demo uses", async () => {
  const io = recordingIo();
  await runCli(["--help"], io);
  assert.doesNotMatch(io.outLines.join("\n"), /sample-app/);
});

for (
  const [args, usage] of [
    [["help"], "Usage: cim <command>"],
    [["help", "run"], "Usage: cim run [options]"],
    [["help", "kv", "put"], "Usage: cim kv put [options] <key> <value>"],
  ] as const
) {
  Deno.test(`runCli() prints the help of the command for "${args.join(" ")}"`, async () => {
    const io = recordingIo();
    assert.equal(await runCli(args, io), 0);
    assert(io.outLines.join("\n").startsWith(usage), io.outLines[0]);
  });
}

Deno.test("runCli() prints no help line that is wider than the terminal", async () => {
  const names = ["run", "demo", "validate", "config", "status", "changes", "kv"];
  for (const args of [[], ...names.map((name) => [name]), ["kv", "put"], ["config", "show"]]) {
    const io = recordingIo();
    assert.equal(await runCli(["help", ...args], io), 0);
    for (const line of io.outLines.join("\n").split("\n")) assert(line.length <= 80, line);
  }
});

Deno.test("runCli() ends with 2 for the help of an unknown command", async () => {
  const io = recordingIo();
  assert.equal(await runCli(["help", "kv", "push"], io), 2);
  assert.deepEqual(io.errLines, ['cim: there is no command "kv push"; see cim --help']);
});

for (const argument of ["a", "a=1", "a.b", ".b=1", "a.=1", "=1"]) {
  Deno.test(`runCli() ends with 2 for --set ${argument}, which is not section.key=value`, async () => {
    const io = recordingIo();
    assert.equal(await runCli(["validate", "--set", argument], io), 2);
    assert.match(io.errLines.join(), /must be section\.key=value/);
  });
}

Deno.test("runCli() accepts --set repeatedly and prefers it to the environment", async () => {
  const io = recordingIo({ CIM_REST_PORT: "1111", CIM_NATS_PORT: "2222" });
  const sets = ["--set", "rest.port=3333", "--set", "own_log.level=debug"];
  assert.equal(await runCli(["config", "show", ...sets], io), 0);
  for (
    const line of ["  port: 3333 # --set", "  port: 2222 # environment", "  level: debug # --set"]
  ) {
    assert(io.outLines.includes(line), line);
  }
});

Deno.test("runCli() accepts an empty value in --set", async () => {
  const io = recordingIo();
  assert.equal(await runCli(["validate", "--set", "identity.nf="], io), 0, io.errLines.join());
});

Deno.test("runCli() prints the reason and ends with 1 when a command is stopped", async () => {
  const stop = AbortSignal.abort("SIGINT");
  const io = { ...recordingIo(), stop };
  const errLines: string[] = [];
  assert.equal(await runCli(["status"], { ...io, err: (line) => errLines.push(line) }), 1);
  assert.deepEqual(errLines, ["cim: stopped by SIGINT"]);
});

for (
  const [args, told, usage] of [
    [["kv", "put", "a"], "<value> is missing", "cim kv put [options] <key> <value>"],
    [["kv", "list", "--kyes"], 'unknown option "--kyes"', "cim kv list [options] [prefix]"],
    [["frobnicate"], 'there is no command "cim frobnicate"', "cim <command>"],
  ] as const
) {
  Deno.test(`runCli() prints the usage line of the command when it is called as cim ${args.join(" ")}`, async () => {
    const io = recordingIo();
    assert.equal(await runCli(args, io), 2);
    const lines = io.errLines.join("\n").split("\n");
    assert(lines[0].startsWith(`cim: ${told}`), lines[0]);
    assert.equal(lines.at(-1), `Usage: ${usage}`);
  });
}

Deno.test("runCli() prints the event definition catalogue for cim events definitions", async () => {
  const io = recordingIo();
  assert.equal(await runCli(["events", "definitions"], io), 0);
  const { events } = JSON.parse(io.outLines.join("\n"));
  assert.equal(events.LmaasTCPFailure.perceivedSeverity, "MAJOR");
});

Deno.test("describeCommands() lists what does something with its arguments, without groups and hidden commands", () => {
  const commands = describeCommands(recordingIo());
  const calls = commands.map(({ call }) => call);
  for (const call of ["cim run", "cim kv put <key> <value>", "cim dead-letters drop [number...]"]) {
    assert(calls.includes(call), call);
  }
  assert(
    !calls.some((call) => call === "cim kv" || call.startsWith("cim sample-app")),
    calls.join(),
  );
  assert(commands.every(({ summary }) => summary.endsWith(".")));
});
