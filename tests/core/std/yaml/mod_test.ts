import assert from "node:assert/strict";
import { parse, stringify } from "../../../../core/std/yaml/mod.ts";

Deno.test("parse() reads YAML 1.2 and JSON, and an empty document as null", () => {
  assert.deepEqual(parse("a: [1, yes, true]\nb: { c: ~ }"), {
    a: [1, "yes", true],
    b: { c: null },
  });
  assert.deepEqual(parse('{"a": {"b": "\\u00e4"}}'), { a: { b: "ä" } });
  assert.equal(parse(""), null);
});

Deno.test("parse() refuses the same key twice unless that is allowed", () => {
  assert.throws(() => parse("a: 1\na: 2"), /line 2/);
  assert.deepEqual(parse("a: 1\na: 2", { allowDuplicateKeys: true }), { a: 2 });
});

Deno.test("parse() tells line and column of what is no YAML", () => {
  assert.throws(() => parse("a: 1\nb: [1"), /line 2, column \d+/);
});

Deno.test("stringify() writes what parse() reads back", () => {
  const value = { a: [1, "x: y", null], b: { c: "ä\nö", d: "" }, e: 1.5, f: "true" };
  const text = stringify(value);
  assert(text.endsWith("\n"));
  assert.deepEqual(parse(text), value);
});
