/**
 * Bytes as base64 text. Uses the runtime's own function where it has one, as Deno from 2.5 on.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fromBase64, toBase64 } from "./mod.ts";
 *
 * assert.equal(toBase64(Uint8Array.of(0, 255)), "AP8=");
 * assert.deepEqual(fromBase64("AP8="), Uint8Array.of(0, 255));
 * ```
 */
export function toBase64(bytes: Uint8Array): string {
  const { toBase64: native }: Partial<Pick<Uint8Array, "toBase64">> = bytes;
  if (native !== undefined) return native.call(bytes);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * The bytes of a base64 text.
 *
 * @throws {SyntaxError} When it is none.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new SyntaxError("Cannot decode: the text is not base64", { cause });
  }
}
