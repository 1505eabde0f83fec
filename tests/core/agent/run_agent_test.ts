import assert from "node:assert/strict";
import { runAgent, type RunAgentOptions } from "../../../core/agent/mod.ts";
import { integer } from "../../../core/config/mod.ts";
import { definePlugin, type Plugin } from "../../../core/plugin/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

/** A plugin that remembers the port it was given and calls back once the agent has started. */
function web(onStart: (context: { fail(error: unknown): void }) => void = () => {}) {
  const ports: number[] = [];
  const plugin = definePlugin({
    name: "web",
    section: "rest",
    formerSections: ["server"],
    config: { port: integer({ doc: "Port to listen on.", default: 80, max: 65_535 }) },
    init: ({ config }) => void ports.push(config.port),
    afterInit: (_, context) => onStart(context),
  });
  return { plugin, ports };
}

interface Ended {
  readonly code: number;
  readonly printed: readonly string[];
  readonly errors: readonly string[];
  readonly levels: readonly string[];
}

/** Runs to the end without touching the process. */
async function run(
  plugin: Plugin,
  args: readonly string[],
  options: Partial<RunAgentOptions> = {},
): Promise<Ended> {
  const printed: string[] = [];
  const errors: string[] = [];
  const logs = recordingLogs();
  const code = await runAgent({
    name: "my-agent",
    version: "1.2.3",
    plugins: [plugin],
    args,
    env: {},
    signal: new AbortController().signal,
    logs: logs.registry,
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    ...options,
  });
  return { code, printed, errors, levels: logs.entries.map(({ level }) => level) };
}

Deno.test("runAgent() returns 0 after the signal has stopped the agent", async () => {
  const stop = new AbortController();
  const { plugin, ports } = web(() => stop.abort("enough"));
  const { code, errors } = await run(plugin, [], { signal: stop.signal });
  assert.deepEqual([code, errors, ports], [0, [], [80]]);
});

Deno.test("runAgent() returns 0 when the signal has aborted before the start", async () => {
  const { code, errors } = await run(web().plugin, [], { signal: AbortSignal.abort() });
  assert.deepEqual([code, errors], [0, []]);
});

Deno.test("runAgent() takes flags before the environment before the file", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/my.yaml`, "rest: { port: 1 }");
  await Deno.writeTextFile(`${folder}/web.conf`, "port: 2");
  const file = ["--config", `${folder}/my.yaml`];
  const env = { MY_AGENT_REST_PORT: "3" };
  const cases: [args: string[], env: Record<string, string>, port: number][] = [
    [[], {}, 80],
    [file, {}, 1],
    [[`--config=${folder}/my.yaml`], {}, 1],
    [[], { MY_AGENT_CONFIG: `${folder}/my.yaml` }, 1],
    [[...file, `--rest-config=${folder}/web.conf`], {}, 2],
    [file, env, 3],
    [[...file, "--set", "rest.port=4"], env, 4],
    [["--set=server.port=5"], {}, 5],
  ];
  for (const [args, env, port] of cases) {
    const stop = new AbortController();
    const { plugin, ports } = web(() => stop.abort());
    const { code } = await run(plugin, args, { env, signal: stop.signal });
    assert.deepEqual([code, ports], [0, [port]], args.join(" "));
  }
});

Deno.test("runAgent() searches the default paths for its file", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/b.json`, '{ "rest": { "port": 7 } }');
  const stop = new AbortController();
  const { plugin, ports } = web(() => stop.abort());
  const defaultPaths = [`${folder}/a.yaml`, `${folder}/b.json`];
  await run(plugin, [], { defaultPaths, signal: stop.signal });
  assert.deepEqual(ports, [7]);
});

Deno.test("runAgent() answers --version and --help without starting anything", async () => {
  const { plugin, ports } = web();
  assert.deepEqual((await run(plugin, ["--version"])).printed, ["my-agent 1.2.3"]);
  const { code, printed } = await run(plugin, ["--help"]);
  assert.equal(code, 0);
  for (
    const part of ["--config FILE", "MY_AGENT_CONFIG", "rest.port (default 80)", "./my-agent.yaml"]
  ) {
    assert(printed[0].includes(part), part);
  }
  assert.deepEqual(ports, []);
});

const wrongArguments: [args: string[], message: RegExp][] = [
  [["--confg", "x"], /^my-agent: --confg is not an argument; did you mean --config\?$/],
  [["start"], /^my-agent: start is not an argument; see --help$/],
  [["--config"], /^my-agent: --config needs a value; see --help$/],
  [["--rest-config"], /--rest-config needs a value/],
];
for (const [args, message] of wrongArguments) {
  Deno.test(`runAgent() returns 2 for the arguments "${args.join(" ")}"`, async () => {
    const { code, errors } = await run(web().plugin, args);
    assert.equal(code, 2);
    assert.match(errors.join(), message);
  });
}

const wrongConfigurations: [args: string[], message: RegExp][] = [
  [["--config", "/no/such.yaml"], /such\.yaml: no such file.* \(config_unreadable\)$/],
  [["--set", "rest.port=many"], /--set: rest\.port: .* \(config_invalid\)$/s],
  [["--set", "rest.port"], /section\.key=value.* \(config_invalid\)$/],
];
for (const [args, message] of wrongConfigurations) {
  Deno.test(`runAgent() returns 3 for the configuration "${args.join(" ")}"`, async () => {
    const { code, errors } = await run(web().plugin, args);
    assert.equal(code, 3);
    assert.equal(errors.length, 1);
    assert.match(errors[0], message);
  });
}

Deno.test("runAgent() returns 1 when a plugin cannot start, and reports it once with its code", async () => {
  const bad = definePlugin({ name: "bad", init: () => Promise.reject(new Error("no disk")) });
  const { code, errors, levels } = await run(bad, []);
  assert.deepEqual([code, errors], [
    1,
    ["my-agent: Cannot start plugin bad: init failed: no disk (plugin_failed)"],
  ]);
  assert.equal(levels.filter((level) => level === "error").length, 1);
});

Deno.test("runAgent() returns 1 when a plugin stops the agent because of an error", async () => {
  const { plugin } = web(({ fail }) => fail(new Error("out of paper")));
  const { code, errors } = await run(plugin, []);
  assert.deepEqual([code, errors], [1, ["my-agent: out of paper"]]);
});

Deno.test("two agents in one process run and stop on their own", async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const started: string[] = [];
  const plugin = (name: string, then: () => void) =>
    definePlugin({ name, init() {}, afterInit: () => (started.push(name), then()) });
  const endOfSecond = run(plugin("b", () => {}), [], { signal: second.signal });
  const endOfFirst = run(plugin("a", () => first.abort()), [], { signal: first.signal });
  assert.equal((await endOfFirst).code, 0);
  const still = await Promise.race([endOfSecond.then(() => "ended"), Promise.resolve("running")]);
  assert.equal(still, "running");
  second.abort();
  assert.equal((await endOfSecond).code, 0);
  assert.deepEqual(started.sort(), ["a", "b"]);
});
