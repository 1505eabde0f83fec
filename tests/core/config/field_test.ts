import assert from "node:assert/strict";
import {
  choice,
  duration,
  type Fields,
  flag,
  integer,
  json,
  list,
  number,
  operatorKey,
  Secret,
  secret,
  size,
  text,
} from "../../../core/config/mod.ts";
import { problemsOf, readRest } from "./_sources.ts";

const doc = "Something.";

/** Each kind with a value a file may hold and what code sees. */
const accepted: [name: string, fields: Fields, yaml: string, value: unknown][] = [
  ["text()", { x: text({ doc }) }, "hello", "hello"],
  ["integer()", { x: integer({ doc }) }, "42", 42],
  ["number()", { x: number({ doc }) }, "0.5", 0.5],
  ["flag()", { x: flag({ doc }) }, "true", true],
  ["choice()", { x: choice(["a", "b"], { doc }) }, "b", "b"],
  ["list()", { x: list({ doc }) }, "[a, b]", ["a", "b"]],
  ["json()", { x: json((z) => z.object({ n: z.number() }), { doc }) }, "{ n: 1 }", { n: 1 }],
];
for (const [name, fields, yaml, value] of accepted) {
  Deno.test(`${name} takes ${yaml} from a file`, () => {
    const { values, problems } = readRest(fields, { file: `rest: { x: ${yaml} }` });
    assert.deepEqual(problems, []);
    assert.deepEqual(values?.x, value);
  });
}

/** One bad input of each kind, and the error that the operator gets. */
const refused: [name: string, fields: Fields, yaml: string, message: RegExp][] = [
  [
    "list() an item that its check refuses",
    { x: list({ doc, checkItem: (item) => item === "" ? "must not be empty" : undefined }) },
    '[a, ""]',
    /^app\.yaml: rest\.x: .*at 1: must not be empty/,
  ],
  [
    "text() a number",
    { x: text({ doc }) },
    "5",
    /^app\.yaml: rest\.x: must be a text, found 5; write it in quotes$/,
  ],
  [
    "text() a pattern not met",
    { x: text({ doc, pattern: /^a+$/, patternDoc: "must be only a" }) },
    "b",
    /rest\.x: must be only a, found "b"$/,
  ],
  [
    "integer() a fraction",
    { x: integer({ doc }) },
    "1.5",
    /rest\.x: must be a whole number, found 1\.5$/,
  ],
  ["integer() a text", { x: integer({ doc }) }, '"5"', /rest\.x: must be a number, found "5"$/],
  [
    "integer() too small",
    { x: integer({ doc, min: 1 }) },
    "0",
    /rest\.x: must be at least 1, found 0$/,
  ],
  [
    "integer() too large",
    { x: integer({ doc, max: 9 }) },
    "10",
    /rest\.x: must be at most 9, found 10$/,
  ],
  ["number() a list", { x: number({ doc }) }, "[1]", /rest\.x: must be a number, found a list$/],
  [
    "flag() a word",
    { x: flag({ doc }) },
    "maybe",
    /rest\.x: must be true or false, found "maybe"$/,
  ],
  [
    "choice() another word",
    { x: choice(["a", "b"], { doc }) },
    "c",
    /rest\.x: must be "a" or "b", found "c"$/,
  ],
  ["duration() a bare number", { xMs: duration({ doc }) }, "5", /5 has no unit; .* 5s/],
  ["duration() nonsense", { xMs: duration({ doc }) }, "soon", /must be like 5s, .*, found "soon"$/],
  [
    "duration() too short",
    { xMs: duration({ doc, min: 1_000, max: 60_000 }) },
    "10ms",
    /must be at least 1s and at most 1m, found "10ms"$/,
  ],
  [
    "size() nonsense",
    { xBytes: size({ doc }) },
    "big",
    /must be like 512, 64KiB or 10MiB, found "big"$/,
  ],
  [
    "size() too large",
    { xBytes: size({ doc, max: 1_024 }) },
    "2KiB",
    /must be at least 0 and at most 1KiB, found "2KiB"$/,
  ],
  ["list() a text", { x: list({ doc }) }, "a", /rest\.x: must be a list, found "a"$/],
  [
    "list() of numbers",
    { x: list({ doc }) },
    "[1]",
    /rest\.x: at 0: must be a text, found 1; write it in quotes$/,
  ],
  [
    "secret() a number",
    { x: secret({ doc }) },
    "5",
    /must be a text, env:NAME or file:\/path, found a number$/,
  ],
  [
    "json() a member of the wrong type",
    { x: json((z) => z.object({ n: z.number() }), { doc }) },
    "{ n: a }",
    /at n: must be a number, found a text$/,
  ],
];
for (const [name, fields, yaml, message] of refused) {
  Deno.test(`${name} is refused, naming file, path and value`, () => {
    const problems = problemsOf(fields, { file: `rest: { x: ${yaml} }` });
    assert.equal(problems.length, 1);
    assert.match(problems[0], message);
    assert.equal(readRest(fields, { file: `rest: { x: ${yaml} }` }).values, undefined);
  });
}

/** Text of the environment for each kind. */
const texts: [name: string, fields: Fields, value: string, seen: unknown][] = [
  ["integer()", { x: integer({ doc }) }, "42", 42],
  ["flag()", { x: flag({ doc }) }, "false", false],
  ["duration()", { xMs: duration({ doc }) }, "1m30s", 90_000],
  ["size()", { xBytes: size({ doc }) }, "64KiB", 65_536],
  ["list() with commas", { x: list({ doc }) }, "a, b", ["a", "b"]],
  ["list() as JSON", { x: list({ doc }) }, '["a,b"]', ["a,b"]],
  ["json()", { x: json((z) => z.object({ n: z.number() }), { doc }) }, '{"n":1}', { n: 1 }],
  ["text() of digits", { x: text({ doc }) }, "5", "5"],
];
for (const [name, fields, value, seen] of texts) {
  Deno.test(`${name} reads ${value} from the environment`, () => {
    const { values, problems } = readRest(fields, { env: { APP_REST_X: value } });
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.values(values!), [seen]);
  });
}

Deno.test("D-CFG-5 secret() takes a text, a variable or a file, and prints none of them", () => {
  const fields = { a: secret({ doc }), b: secret({ doc }), c: secret({ doc }) };
  const { values } = readRest(fields, {
    file: "rest: { a: plain, b: 'env:PASSWORD', c: 'file:/run/secret' }",
    env: { PASSWORD: "from env" },
    files: { "/run/secret": "from file\n" },
  });
  const secrets = [values?.a, values?.b, values?.c];
  assert.deepEqual(secrets.map((value) => value?.reveal()), ["plain", "from env", "from file"]);
  for (const shown of [JSON.stringify(secrets), Deno.inspect(secrets), `${secrets}`]) {
    assert.doesNotMatch(shown, /plain|from/);
    assert.match(shown, /redacted/);
  }
});

Deno.test("secret() names the variable or file that is missing", () => {
  const fields = { a: secret({ doc }), b: secret({ doc }) };
  assert.deepEqual(problemsOf(fields, { file: "rest: { a: 'env:NOPE', b: 'file:/nope' }" }), [
    "app.yaml: rest.a: env:NOPE: the variable is not set",
    "app.yaml: rest.b: file:/nope: Cannot read /nope: no such file",
  ]);
});

Deno.test("a Secret shows nothing to Node's inspector, templates and JSON", () => {
  const value = new Secret("hunter2");
  const custom = Object.getOwnPropertyDescriptor(
    Secret.prototype,
    Symbol.for("nodejs.util.inspect.custom"),
  );
  assert.equal(custom?.value.call(value), "[redacted]");
  assert.equal(`${value}`, "[redacted]");
  assert.equal(JSON.stringify({ value }), '{"value":"[redacted]"}');
});

Deno.test("operatorKey() is snake_case without the unit that the value carries", () => {
  assert.equal(operatorKey("pingIntervalMs", { kind: "duration" }), "ping_interval");
  assert.equal(operatorKey("maxPayloadBytes", { kind: "size" }), "max_payload");
  assert.equal(operatorKey("retriesMs", { kind: "integer" }), "retries_ms");
  assert.equal(operatorKey("host", { kind: "text" }), "host");
});

Deno.test("duration() and size() take their default and bounds as texts with a unit", () => {
  const fields = {
    waitMs: duration({ doc, default: "5s", min: "10ms", max: "1m" }),
    maxBytes: size({ doc, default: "1MiB", min: "1KiB" }),
  };
  const values: { waitMs: number; maxBytes: number } = readRest(fields, {}).values!;
  assert.deepEqual({ ...values }, { waitMs: 5_000, maxBytes: 1_048_576 });
  assert.deepEqual([fields.waitMs.defaultText, fields.maxBytes.defaultText], ["5s", "1MiB"]);
  assert.deepEqual(problemsOf(fields, { file: "rest: { wait: 2m, max: 1 }" }), [
    'app.yaml: rest.wait: must be at least 10ms and at most 1m, found "2m"',
    "app.yaml: rest.max: must be at least 1KiB, found 1",
  ]);
});
