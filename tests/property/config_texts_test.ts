import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  choice,
  duration,
  type Field,
  flag,
  integer,
  json,
  list,
  number,
  secret,
  size,
  text,
} from "../../core/mod.ts";
import { checkSettings } from "../../cim/settings/mod.ts";

const doc = "Something.";

/** One field of each kind, and a structure for each kind of problem that the schema library knows. */
const fields: Readonly<Record<string, Field<unknown>>> = {
  text: text({ doc }),
  pattern: text({ doc, pattern: /^q+$/ }),
  integer: integer({ doc, min: 1, max: 9 }),
  number: number({ doc, min: 0, max: 1 }),
  flag: flag({ doc }),
  choice: choice(["a", "b"], { doc }),
  duration: duration({ doc, min: "1s", max: "2s" }),
  size: size({ doc, max: "1KiB" }),
  list: list({ doc, checkItem: (item) => item.length > 2 ? "must be short" : undefined }),
  secret: secret({ doc }),
  object: json((z) => z.strictObject({ a: z.string().min(2), b: z.int().positive().optional() }), {
    doc,
  }),
  nested: json((z) => z.object({ x: z.array(z.object({ y: z.boolean() })).nonempty() }), { doc }),
  record: json((z) => z.record(z.string().max(2), z.enum(["on", "off"])), { doc }),
  union: json((z) => z.union([z.string().length(3), z.object({ a: z.null() }), z.literal(7)]), {
    doc,
  }),
  kinds: json(
    (z) =>
      z.discriminatedUnion("t", [z.object({ t: z.literal("a") }), z.object({ t: z.literal("b") })]),
    { doc },
  ),
  either: json((z) => z.xor([z.string(), z.string().min(1)]), { doc }),
  tuple: json((z) => z.tuple([z.string(), z.number().multipleOf(5).lt(10)]), { doc }),
  formats: json((z) => z.object({ a: z.email(), b: z.url(), c: z.string().startsWith("q") }), {
    doc,
  }),
  strings: json((z) => z.array(z.stringbool()).max(1), { doc }),
  refined: json((z) => z.array(z.string().refine(() => false)), { doc }),
  never: json((z) => z.object({ a: z.never(), b: z.date(), c: z.undefined() }), { doc }),
};

/** Words that stand in texts of the schema library and in none of ours. */
const libraryText = /invalid|expected|received|too (big|small)|unrecognized|input|zod|[<>]=/i;

// Letters of keys and values form no word of the library.
const word = fc.stringMatching(/^[abxyqot5 /:@.-]{0,6}$/);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "c", "t", "x", "y"), word), tie("any"), {
      maxKeys: 4,
    }),
  ),
})).any;

Deno.test("a field tells each problem of a value in plain words, none in the words of the schema library", async () => {
  const told = new Set<string>();
  await fc.assert(
    fc.property(fc.constantFrom(...Object.keys(fields)), value, (name, raw) => {
      const checked = fields[name].check(raw);
      if ("value" in checked) return;
      told.add(name);
      assert(checked.issues.length > 0 && checked.issues.length <= 11);
      for (const issue of checked.issues) {
        assert.doesNotMatch(issue, libraryText, `${name}: ${Deno.inspect(raw)}`);
        assert.match(issue, /must|has|is not allowed|and \d+ more/, name);
      }
    }),
    { numRuns: 5_000 },
  );
  assert.deepEqual([...told].sort(), Object.keys(fields).sort(), "every kind refused something");
});

Deno.test("checkSettings() tells each problem of a document in plain words", async () => {
  const section = fc.oneof(
    value,
    fc.dictionary(
      fc.constantFrom("max_age", "logging_mode", "flush_timeout", "enable_kpi", "app_port"),
      value,
    ),
  );
  const config = fc.oneof(
    value,
    fc.dictionary(fc.constantFrom("lmaas", "cim_settings", "app_settings"), section),
  );
  await fc.assert(
    fc.property(fc.oneof(value, config.map((cimConfig) => ({ cimConfig }))), (document) => {
      for (const { path, message } of checkSettings(document).problems) {
        assert.match(path, /^\//);
        assert.doesNotMatch(message, libraryText, Deno.inspect(document, { depth: 6 }));
        assert.match(message, /^(must|missing)/);
      }
    }),
    { numRuns: 2_000 },
  );
});

for (
  const [name, raw, told] of [
    ["integer", 999, ["must be at most 9, found 999"]],
    ["integer", "5", ['must be a number, found "5"']],
    ["choice", "c", ['must be "a" or "b", found "c"']],
    ["record", "on", ["must be a mapping of keys, found a text"]],
    ["object", { a: "x", c: 1 }, [
      "at a: must have at least 2 characters, found 1 character",
      'has the unknown key "c"',
    ]],
    ["list", ["a", "http://u:p@h"], ['at 1: must be short, found "http://[redacted]@h"']],
    ["union", 5, [
      "must be a text or must be a mapping of keys or must be 7, found a number",
    ]],
  ] as const
) {
  Deno.test(`a field of the kind ${name} tells place, what is allowed and what was found in ${JSON.stringify(raw)}`, () => {
    assert.deepEqual(fields[name].check(raw), { issues: told });
  });
}

Deno.test("a field tells at most ten problems and the number of the others", () => {
  const checked = fields.list.check(Array(1_000).fill(1));
  assert("issues" in checked);
  assert.deepEqual(checked.issues.slice(9), [
    "at 9: must be a text, found 1; write it in quotes",
    "and 990 more",
  ]);
});
