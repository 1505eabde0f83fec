import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { compareKeys, prefixEnd } from "../../../core/keyvalue/mod.ts";

const encoder = new TextEncoder();
const text = fc.string({ unit: "binary", maxLength: 6 });

function compareBytes(a: string, b: string): number {
  const x = encoder.encode(a);
  const y = encoder.encode(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return x[i] - y[i];
  }
  return x.length - y.length;
}

Deno.test("compareKeys() orders keys by their UTF-8 bytes", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareKeys(a, b)), Math.sign(compareBytes(a, b)));
    }),
    { numRuns: 2_000 },
  );
  assert(compareKeys("\uFF5E", "\u{1F600}") < 0);
});

Deno.test("prefixEnd() returns the first key after all keys with the prefix", () => {
  fc.assert(
    fc.property(text, text, text, (prefix, rest, other) => {
      const end = prefixEnd(prefix);
      if (end === undefined) return;
      assert(compareKeys(prefix + rest, end) < 0);
      if (compareKeys(other, prefix) >= 0 && compareKeys(other, end) < 0) {
        assert(other.startsWith(prefix));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("prefixEnd() handles the end of the key space and the surrogate range", () => {
  assert.equal(prefixEnd(""), undefined);
  assert.equal(prefixEnd("\u{10FFFF}"), undefined);
  assert.equal(prefixEnd("a\u{10FFFF}"), "b");
  assert.equal(prefixEnd("\uD7FF"), "\uE000");
});
