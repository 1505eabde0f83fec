import assert from "node:assert/strict";
import {
  duration,
  integer,
  json,
  readSection,
  text,
  unknownKeys,
} from "../../../core/config/mod.ts";
import { problemsOf, readRest, sourcesOf } from "./_sources.ts";

const port = integer({ doc: "Port.", default: 1, min: 0, max: 65_535, aliases: ["OLD_PORT"] });

Deno.test("a flag beats the environment, which beats a plugin's file, the main file and the default", () => {
  const given = {
    sets: ["rest.port=5"],
    env: { CIM_REST_PORT: "4" },
    files: { "rest.conf": "port: 3" },
    file: "rest: { port: 2 }",
  };
  const fields = { port };
  const order: [unknown, string | undefined][] = [];
  const layers = [
    given,
    { ...given, sets: [] },
    { ...given, sets: [], env: {} },
    { file: given.file },
    {},
  ];
  for (const layer of layers) {
    const { values, origins } = readRest(fields, layer);
    order.push([values?.port, origins.get("port")]);
  }
  assert.deepEqual(order, [
    [5, "--set"],
    [4, "environment"],
    [3, "rest.conf"],
    [2, "cim.yaml"],
    [1, undefined],
  ]);
});

Deno.test("an alias is read when the variable of the key is not set, and an empty variable is none", () => {
  assert.equal(readRest({ port }, { env: { OLD_PORT: "7" } }).values?.port, 7);
  const both = { OLD_PORT: "7", CIM_REST_PORT: "8" };
  assert.equal(readRest({ port }, { env: both }).values?.port, 8);
  assert.equal(readRest({ port }, { env: { OLD_PORT: "7", CIM_REST_PORT: "" } }).values?.port, 7);
});

Deno.test("a section is present when any source names one of its keys", () => {
  assert.equal(readRest({ port }, {}).present, false);
  assert.equal(readRest({ port }, { file: "rest: {}" }).present, false);
  assert.equal(readRest({ port }, { file: "rest: { port: 1 }" }).present, true);
  assert.equal(readRest({ port }, { env: { OLD_PORT: "1" } }).present, true);
});

Deno.test("all problems of a section are told at once", () => {
  const fields = { port, host: text({ doc: "Host." }), waitMs: duration({ doc: "Wait." }) };
  const problems = problemsOf(fields, {
    file: "rest: { port: 70000, host: 1 }",
    env: { CIM_REST_WAIT: "5" },
  });
  assert.equal(problems.length, 3);
  assert.match(problems[2], /^environment: CIM_REST_WAIT: "5": must be like/);
});

Deno.test("a bad value is shown no longer than 80 characters", () => {
  const [problem] = problemsOf({ port }, { file: `rest: { port: "${"x".repeat(1_000)}" }` });
  assert(problem.length < 200, problem);
});

Deno.test("the values are frozen, and a key without default or value is undefined", () => {
  const { values } = readRest({ host: text({ doc: "Host." }) }, {});
  assert(Object.isFrozen(values));
  assert.deepEqual(values, { host: undefined });
});

Deno.test("a bad value in the environment of a lenient field is a warning and the default is used", () => {
  const lenient = integer({ doc: "Port.", default: 6060, max: 65_535, lenientEnv: true });
  const { values, warnings, problems } = readRest({ port: lenient }, {
    env: { CIM_REST_PORT: "99999" },
  });
  assert.deepEqual(problems, []);
  assert.equal(values?.port, 6060);
  assert.match(warnings[0].message, /^99999: .*; using 6060$/);
  // From a file the same value is an error: only the environment is lenient.
  assert.equal(problemsOf({ port: lenient }, { file: "rest: { port: 99999 }" }).length, 1);
});

Deno.test("T-CFG in a plugin's own file a number is nanoseconds and a dash an underscore", () => {
  const fields = {
    dialTimeoutMs: duration({ doc: "Dial." }),
    maxTries: integer({ doc: "Tries." }),
  };
  const files = { "rest.conf": "dial-timeout: 1500000000\nmax_tries: 3" };
  assert.deepEqual(readRest(fields, { files }).values, { dialTimeoutMs: 1_500, maxTries: 3 });
  const text = { "rest.conf": "dial-timeout: 5s" };
  assert.equal(readRest(fields, { files: text }).values?.dialTimeoutMs, 5_000);
});

Deno.test("a section whose name has a dash has a variable with underscores", () => {
  const sources = sourcesOf({ env: { CIM_MY_PLUGIN_PORT: "9" } });
  assert.equal(readSection("my-plugin", { port }, sources).values?.port, 9);
});

Deno.test("D-CFG-3 unknownKeys() names file and path and suggests the nearest key", () => {
  const known = new Map([["rest", new Set(["port", "host"])], ["nats", new Set<string>()]]);
  const sources = sourcesOf({
    file: "rest: { prot: 1, banana: 2 }\nrset: {}\nzebra: {}",
    sets: ["rest.hots=a", "xyzzy.port=1"],
    files: { "rest.conf": "dial-timeout: 1" },
  });
  const lines = unknownKeys(known, sources).map(({ origin, path, message }) =>
    `${origin}: ${path}: ${message}`
  );
  assert.deepEqual(lines, [
    'cim.yaml: rest.prot: unknown key; did you mean "port"?',
    "cim.yaml: rest.banana: unknown key; known here: port, host",
    'cim.yaml: rset: unknown key; did you mean "rest"?',
    "cim.yaml: zebra: unknown key; known here: rest, nats",
    "rest.conf: dial-timeout: unknown key; known here: port, host",
    '--set: rest.hots: unknown key; did you mean "host"?',
    "--set: xyzzy.port: unknown key; known here: rest, nats",
  ]);
});

Deno.test("unknownKeys() refuses a section that is no mapping, and takes an empty one", () => {
  const known = new Map([["rest", new Set(["port"])]]);
  const [problem] = unknownKeys(known, sourcesOf({ file: "rest: [1]" }));
  assert.equal(problem.message, "must be a mapping of keys");
  assert.deepEqual(unknownKeys(known, sourcesOf({ file: "rest:" })), []);
});

Deno.test("a variable that should be JSON and is not is told as it is", () => {
  const fields = { map: json((z) => z.record(z.string(), z.string()), { doc: "Map." }) };
  const [problem] = problemsOf(fields, { env: { CIM_REST_MAP: "{broken" } });
  assert.match(problem, /^environment: CIM_REST_MAP: "\{broken": .*expected record/);
});

for (const text of ["0x1F", "1_000", "Infinity", "NaN", "6060abc", "-", "1 2"]) {
  Deno.test(`a variable with "${text}" is no number`, () => {
    const [problem] = problemsOf({ port }, { env: { CIM_REST_PORT: text } });
    assert.match(problem, /^environment: CIM_REST_PORT: .*expected number/);
  });
}
