import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { cim } from "./_program.ts";
import { tempDir } from "../_support/temp_dir.ts";

const files = tempDir();
Deno.test.afterAll(() => files[Symbol.dispose]());

async function fileWith(text: string, name = "cim.yaml"): Promise<string> {
  const path = files.join(name);
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("cim version prints the version of deno.json", async () => {
  assert.deepEqual(await cim(["version"]), { code: 0, out: `cim ${manifest.version}\n`, err: "" });
});

Deno.test("cim without a command prints the help and ends with 2", async () => {
  const { code, err } = await cim([]);
  assert.equal(code, 2);
  assert.match(err, /Usage: cim/);
  for (const name of ["run", "demo", "validate", "config", "status", "changes", "kv", "version"]) {
    assert.match(err, new RegExp(`^  ${name}\\b`, "m"));
  }
});

Deno.test("cim --help ends with 0", async () => {
  const { code, out } = await cim(["--help"]);
  assert.equal(code, 0);
  assert.match(out, /Usage: cim/);
});

for (
  const args of [["nonsense"], ["run", "--nonsense"], ["kv"], ["kv", "get"], [
    "kv",
    "watch",
    "--count",
    "0",
  ], [
    "run",
    "--rest-config",
  ]]
) {
  Deno.test(`cim ${args.join(" ")} is a usage error and ends with 2`, async () => {
    const { code, err } = await cim(args);
    assert.equal(code, 2);
    assert.notEqual(err, "");
  });
}

Deno.test("cim validate accepts a good file and names what it read", async () => {
  const path = await fileWith("rest:\n  port: 7000\n");
  const { code, out } = await cim(["validate", path]);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`valid \\(${path}`));
});

Deno.test("cim validate prints all problems at once and ends with 3", async () => {
  const path = await fileWith("rest:\n  prot: 7000\n  max_body: big\nnast: {}\n");
  const { code, err } = await cim(["validate", path, "--set", "nats.port=70000"]);
  assert.equal(code, 3);
  assert.match(err, /rest\.prot: unknown key; did you mean "port"\?/);
  assert.match(err, /rest\.max_body: must be like 512, .*found "big"/);
  assert.match(err, /nast: unknown key/);
  assert.match(err, /--set: nats\.port: must be at most 65535, found 70000/);
  assert.match(err, /^4 problems$/m);
});

Deno.test("cim validate checks cim.json and common-infra.json, too", async () => {
  using dir = tempDir();
  const conf = dir.path;
  await Deno.mkdir(`${conf}/static`);
  await Deno.writeTextFile(`${conf}/cim.json`, '{"cimConfig":{"lmaas":{"max_age":99}}}');
  await Deno.writeTextFile(`${conf}/static/common-infra.json`, '{"kafka_brokers":"one"}');
  const { code, err } = await cim(["validate", "--set", `paths.conf=${conf}`]);
  assert.equal(code, 3);
  assert.match(err, /cim\.json: \/cimConfig\/lmaas\/max_age: must be at most 30, found 99/);
  assert.match(err, /common-infra\.json: kafka_brokers: must be a list, found "one"/);
});

for (const [name, text] of [["missing", undefined], ["not YAML", "rest: [\n"]] as const) {
  Deno.test(`cim run ends with 3 when its file is ${name}`, async () => {
    const path = text === undefined ? "/nowhere/cim.yaml" : await fileWith(text);
    const { code, err } = await cim(["run", "--config", path]);
    assert.equal(code, 3);
    assert.match(err, new RegExp(path));
  });
}

Deno.test("cim run ends with 3 and the problems of its configuration", async () => {
  const { code, err } = await cim(["run", "--set", "rest.port=many", "--set", "nats.prot=1"]);
  assert.equal(code, 3);
  assert.match(err, /2 problems/);
});

Deno.test("cim config show prints the source of each value and no secrets", async () => {
  const path = await fileWith("rest:\n  port: 7000\netcd:\n  password: hush\n");
  const { code, out } = await cim(["config", "show", "--config", path, "--set", "nats.port=4333"], {
    env: { CIM_PATHS_LOGS: "/var/log/cim" },
  });
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^  port: 7000 # ${path}$`, "m"));
  assert.match(out, /^ {2}port: 4333 # --set$/m);
  assert.match(out, /^ {2}logs: \/var\/log\/cim # environment$/m);
  assert.match(out, /^ {2}# data: \/opt\/data$/m);
  assert.doesNotMatch(out, /hush/);
});

Deno.test("cim config schema is JSON Schema of every section, reference is Markdown of them", async () => {
  const { out: schema } = await cim(["config", "schema"]);
  const sections = Object.keys(JSON.parse(schema).properties);
  for (const section of ["rest", "nats", "etcd", "localkv", "paths", "identity", "own_log"]) {
    assert(sections.includes(section), section);
  }
  const { out: reference } = await cim(["config", "reference"]);
  for (const section of sections) assert.match(reference, new RegExp(`^#### \`${section}\`$`, "m"));
});

Deno.test("cim validate reads cn-infra's one file per plugin", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/rest.conf`, "port: nothing\n");
  const found = await cim(["validate", "--config-dir", folder]);
  assert.equal(found.code, 3);
  assert.match(found.err, /rest\.conf: port: must be a number, found "nothing"/);
  const named = await cim(["validate", "--rest-config", `${folder}/rest.conf`]);
  assert.equal(named.code, 3);
});

Deno.test("cim status, changes and kv end with 1 and one sentence with the remedy when no agent runs", async () => {
  for (
    const args of [["status"], ["changes"], ["kv", "get", "a"], ["kv", "list"], ["kv", "watch"]]
  ) {
    const { code, err } = await cim([...args, "--set", "rest.port=1"]);
    assert.equal(code, 1);
    assert.match(
      err,
      /^cim: Cannot reach the agent at http:\/\/127\.0\.0\.1:1: .*; start it with `cim run`.* \(agent_unreachable\)\n$/,
    );
  }
});

for (
  const [name, text] of [
    ["is nested 20,000 levels deep", `rest: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
    ["has two documents", "rest: {}\n---\nnats: {}\n"],
  ]
) {
  Deno.test(`cim validate ends with 3 and tells in plain words that the YAML ${name}`, async () => {
    const { code, err } = await cim(["validate", await fileWith(text)]);
    assert.equal(code, 3);
    assert.match(err, /^cim: Cannot parse configuration .*: .* must .*\(config_unreadable\)\n$/);
    assert.doesNotMatch(err, /stack|parseAll/);
  });
}
