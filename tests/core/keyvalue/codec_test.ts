import assert from "node:assert/strict";
import { bytesCodec, jsonCodec, textCodec } from "../../../core/keyvalue/mod.ts";

Deno.test("textCodec keeps every character and throws when bytes are not UTF-8", () => {
  const text = "\uFEFFä\u{1F600}\0";
  assert.equal(textCodec.decode(textCodec.encode(text)), text);
  assert.throws(() => textCodec.decode(new Uint8Array([0xff])), TypeError);
});

Deno.test("bytesCodec returns the same bytes", () => {
  const bytes = new Uint8Array([1, 2]);
  assert.equal(bytesCodec.encode(bytes), bytes);
  assert.equal(bytesCodec.decode(bytes), bytes);
});

Deno.test("jsonCodec() checks decoded values and throws when a value has no JSON form", () => {
  const codec = jsonCodec((value) => {
    if (!Array.isArray(value)) throw new TypeError("not a list");
    return value as unknown[];
  });
  assert.deepEqual(codec.decode(codec.encode([1, "a"])), [1, "a"]);
  assert.throws(() => codec.decode(textCodec.encode("{}")), /not a list/);
  assert.throws(() => codec.decode(textCodec.encode("[")), SyntaxError);
  assert.throws(() => jsonCodec((value) => value).encode(undefined), TypeError);
});
