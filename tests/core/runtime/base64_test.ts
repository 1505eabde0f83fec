import assert from "node:assert/strict";
import { fromBase64, toBase64 } from "../../../core/mod.ts";

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

for (const length of [0, 1, 2, 3, 256]) {
  Deno.test(`toBase64() and fromBase64() keep ${length} bytes`, () => {
    const bytes = all.slice(0, length);
    assert.equal(toBase64(bytes), btoa(String.fromCharCode(...bytes)));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  });
}

Deno.test("toBase64() gives the same where the runtime has no function of its own", () => {
  const bytes = all.slice();
  Object.defineProperty(bytes, "toBase64", { value: undefined });
  assert.equal(toBase64(bytes), toBase64(all));
});

Deno.test("fromBase64() throws a SyntaxError for a text that is no base64", () => {
  assert.throws(() => fromBase64("!"), SyntaxError);
});
