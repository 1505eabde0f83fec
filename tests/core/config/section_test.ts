import assert from "node:assert/strict";
import {
  type DescribedSection,
  duration,
  integer,
  json,
  problemText,
  readSection,
  secret,
  sourcesFrom,
  text,
  unknownKeys,
  unknownVariables,
  withDerivedDefaults,
} from "../../../core/config/mod.ts";
import { type Given, problemsOf, readRest, sourcesOf } from "./_sources.ts";

const port = integer({ doc: "Port.", default: 1, min: 0, max: 65_535, aliases: ["OLD_PORT"] });

Deno.test("a flag beats the environment, which beats a plugin's file, the main file and the default", () => {
  const given = {
    sets: ["rest.port=5"],
    env: { APP_REST_PORT: "4" },
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
    [2, "app.yaml"],
    [1, undefined],
  ]);
});

Deno.test("an alias is read when the variable of the key is not set or empty", () => {
  assert.equal(readRest({ port }, { env: { OLD_PORT: "7" } }).values?.port, 7);
  const both = { OLD_PORT: "7", APP_REST_PORT: "8" };
  assert.equal(readRest({ port }, { env: both }).values?.port, 8);
  assert.equal(readRest({ port }, { env: { OLD_PORT: "7", APP_REST_PORT: "" } }).values?.port, 7);
});

Deno.test("a section is present when a source has one of its keys", () => {
  assert.equal(readRest({ port }, {}).present, false);
  assert.equal(readRest({ port }, { file: "rest: {}" }).present, false);
  assert.equal(readRest({ port }, { file: "rest: { port: 1 }" }).present, true);
  assert.equal(readRest({ port }, { env: { OLD_PORT: "1" } }).present, true);
});

Deno.test("all problems of a section are reported at once", () => {
  const fields = { port, host: text({ doc: "Host." }), waitMs: duration({ doc: "Wait." }) };
  const problems = problemsOf(fields, {
    file: "rest: { port: 70000, host: 1 }",
    env: { APP_REST_WAIT: "5" },
  });
  assert.equal(problems.length, 3);
  assert.match(problems[2], /^environment: APP_REST_WAIT: must be like .*, found "5"$/);
});

Deno.test("a bad value is shown no longer than 80 characters", () => {
  const [problem] = problemsOf({ port }, { file: `rest: { port: "${"x".repeat(1_000)}" }` });
  assert(problem.length < 200, problem);
});

Deno.test("the values are frozen, and a key without default and value is undefined", () => {
  const { values } = readRest({ host: text({ doc: "Host." }) }, {});
  assert(Object.isFrozen(values));
  assert.deepEqual(values, { host: undefined });
});

Deno.test("a bad value in the environment of a lenient field is a warning and the default is used", () => {
  const lenient = integer({ doc: "Port.", default: 6060, max: 65_535, lenientEnv: true });
  const { values, warnings, problems } = readRest({ port: lenient }, {
    env: { APP_REST_PORT: "99999" },
  });
  assert.deepEqual(problems, []);
  assert.equal(values?.port, 6060);
  assert.match(warnings[0].message, /^must be at most 65535, found 99999; using 6060$/);
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
  const sources = sourcesOf({ env: { APP_MY_PLUGIN_PORT: "9" } });
  assert.equal(readSection("my-plugin", { port }, sources).values?.port, 9);
});

Deno.test("D-CFG-3 unknownKeys() names file and path and suggests the nearest key", () => {
  const known: DescribedSection[] = [
    { section: "rest", fields: { port, host: text({ doc: "Host." }) } },
    { section: "nats", fields: {} },
  ];
  const sources = sourcesOf({
    file: "rest: { prot: 1, banana: 2 }\nrset: {}\nzebra: {}",
    sets: ["rest.hots=a", "xyzzy.port=1"],
    files: { "rest.conf": "dial-timeout: 1" },
  });
  const lines = unknownKeys(known, sources).map(({ origin, path, message }) =>
    `${origin}: ${path}: ${message}`
  );
  assert.deepEqual(lines, [
    'app.yaml: rest.prot: unknown key; did you mean "port"?',
    "app.yaml: rest.banana: unknown key; known here: port, host",
    'app.yaml: rset: unknown key; did you mean "rest"?',
    "app.yaml: zebra: unknown key; known here: rest, nats",
    "rest.conf: dial-timeout: unknown key; known here: port, host",
    '--set: rest.hots: unknown key; did you mean "host"?',
    "--set: xyzzy.port: unknown key; known here: rest, nats",
  ]);
});

Deno.test("unknownKeys() refuses a section that is not a mapping, and accepts an empty one", () => {
  const known = [{ section: "rest", fields: { port } }];
  const [problem] = unknownKeys(known, sourcesOf({ file: "rest: [1]" }));
  assert.equal(problem.message, "must be a mapping of keys, found a list");
  assert.deepEqual(unknownKeys(known, sourcesOf({ file: "rest:" })), []);
});

Deno.test("a variable that is not valid JSON is reported without its value, which may contain secrets", () => {
  const fields = { map: json((z) => z.record(z.string(), z.string()), { doc: "Map." }) };
  const [problem] = problemsOf(fields, { env: { APP_REST_MAP: "{broken" } });
  assert.match(problem, /^environment: APP_REST_MAP: must be a mapping of keys, found a text/);
});

for (const text of ["0x1F", "1_000", "Infinity", "NaN", "6060abc", "-", "1 2"]) {
  Deno.test(`a variable with "${text}" is not a number`, () => {
    const [problem] = problemsOf({ port }, { env: { APP_REST_PORT: text } });
    assert.match(problem, /^environment: APP_REST_PORT: must be a number, found /);
  });
}

/** A section that was called `web`, with a key that was `old.listen_port`. */
const renamed = {
  section: "rest",
  fields: {
    port: integer({ doc: "Port.", default: 1, formerKeys: ["old.listen_port"] }),
    host: text({ doc: "Host.", default: "a" }),
  },
  formerSections: ["web"],
};

function readRenamed(given: Given) {
  const { section, fields, formerSections } = renamed;
  return readSection(section, fields, sourcesOf(given), { formerSections });
}

const formerNames: [source: string, given: Given, warning: string][] = [
  ["a file", { file: "web: { port: 9 }" }, "app.yaml: web.port"],
  ["a file, moved alone", { file: "old: { listen_port: 9 }" }, "app.yaml: old.listen_port"],
  ["the environment", { env: { APP_WEB_PORT: "9" } }, "environment: APP_WEB_PORT"],
  ["--set", { sets: ["web.port=9"] }, "--set: web.port"],
];
for (const [source, given, place] of formerNames) {
  Deno.test(`readSection() accepts a former name from ${source}, with a warning`, () => {
    const { values, warnings, problems, present } = readRenamed(given);
    assert.deepEqual([values?.port, problems, present], [9, [], true]);
    const remedy = given.env ? "APP_REST_PORT" : "rest.port";
    assert.deepEqual(warnings.map(problemText), [
      `${place}: this name is deprecated; write ${remedy} instead`,
    ]);
    assert.deepEqual(unknownKeys([renamed], sourcesOf(given)), []);
  });
}

Deno.test("readSection() prefers the new name within a source, and the stronger source before that", () => {
  const file = "web: { port: 8 }\nrest: { port: 9 }";
  assert.equal(readRenamed({ file }).values?.port, 9);
  assert.deepEqual(readRenamed({ file }).warnings, []);
  assert.equal(readRenamed({ file, env: { APP_WEB_PORT: "7" } }).values?.port, 7);
});

Deno.test("unknownKeys() reports a mistyped key of a former section", () => {
  const [problem] = unknownKeys([renamed], sourcesOf({ file: "web: { prot: 1 }" }));
  assert.equal(problem.message, "unknown key; known here: nothing");
});

Deno.test("a derived default comes after every source and before the field's default", () => {
  const derive = (given: Given, value: unknown) =>
    readSection(
      "rest",
      { port },
      withDerivedDefaults(sourcesOf(given), [{ path: "rest.port", value, origin: "nats.port" }]),
    );
  const { values, origins, present } = derive({}, 6);
  assert.deepEqual([values?.port, origins.get("port"), present], [6, "nats.port", false]);
  assert.equal(derive({ file: "rest: { port: 2 }" }, 6).values?.port, 2);
  assert.deepEqual(derive({}, "many").problems.map(({ origin }) => origin), ["nats.port"]);
});

Deno.test("without a prefix only the aliases of a key are read from the environment", () => {
  const env = { APP_REST_PORT: "2", REST_PORT: "3" };
  assert.equal(readSection("rest", { port }, sourcesFrom({ env })).values?.port, 1);
  const withAlias = sourcesFrom({ env: { ...env, OLD_PORT: "4" } });
  assert.equal(readSection("rest", { port }, withAlias).values?.port, 4);
});

Deno.test("unknownKeys() reports the first of very many unknown keys and the number of the others", () => {
  const keys = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`key_${at}`, at]));
  const long = { [`x${"y".repeat(100_000)}`]: 1 };
  const file = { path: "app.yaml", values: { rest: { ...long, ...keys } } };
  const problems = unknownKeys([renamed], sourcesFrom({ file }));
  assert.equal(problems.length, 51);
  assert.equal(problemText(problems[50]), "app.yaml: others: 199951 more unknown keys");
  assert(problems.every((problem) => problemText(problem).length < 300));
});

Deno.test("a file: secret without end is refused", () => {
  const fields = { token: secret({ doc: "Token." }) };
  const sources = sourcesFrom({ sets: ["rest.token=file:/dev/zero"] });
  const { problems } = readSection("rest", fields, sources);
  assert.match(problems[0].message, /file:\/dev\/zero: .*larger than 1MiB/);
});

Deno.test("unknownVariables() names each unknown variable with the prefix, and the nearest one", () => {
  const env = {
    APP_REST_PROT: "1",
    APP_BANANA_SPLIT: "2",
    APP_CONFIG: "app.yaml",
    APP_REST_PORT: "3",
    APP_WEB_PORT: "4",
    APP_OLD_LISTEN_PORT: "5",
    HOME: "/",
    // Kubernetes sets these for services named app and app-rest.
    APP_SERVICE_HOST: "10.0.0.1",
    APP_REST_SERVICE_PORT_HTTP: "80",
    APP_REST_PORT_80_TCP_ADDR: "10.0.0.1",
  };
  const found = unknownVariables([renamed], { env, envPrefix: "APP_" });
  assert.deepEqual(found.map(problemText), [
    "environment: APP_REST_PROT: unknown variable; did you mean APP_REST_PORT?",
    "environment: APP_BANANA_SPLIT: unknown variable; it has no effect",
  ]);
  assert.deepEqual(unknownVariables([renamed], { env }), []);
});
