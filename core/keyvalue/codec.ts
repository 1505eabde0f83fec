/**
 * Codecs between typed values and the bytes that a store keeps.
 *
 * @module
 */

/** Encodes values of a type as bytes and decodes them. */
export interface Codec<T> {
  /** Returns the bytes of a value. */
  encode(value: T): Uint8Array;
  /** Returns the value that the bytes encode; throws when they encode none. */
  decode(bytes: Uint8Array): T;
}

/** Passes bytes through unchanged. */
export const bytesCodec: Codec<Uint8Array> = Object.freeze({
  encode: (value: Uint8Array) => value,
  decode: (bytes: Uint8Array) => bytes,
});

/** UTF-8 text. `decode` throws when the bytes are not UTF-8; a byte order mark is kept as a character. */
export const textCodec: Codec<string> = Object.freeze({
  encode: (value: string) => new TextEncoder().encode(value),
  decode: (bytes: Uint8Array) =>
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
});

/**
 * JSON text. The check receives the parsed value and returns it typed, or throws; the `parse` method of
 * a schema can be used.
 *
 * @example
 * ```ts
 * import { jsonCodec } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const port = jsonCodec((value) => {
 *   if (typeof value !== "number") throw new TypeError("not a number");
 *   return value;
 * });
 * assert.equal(port.decode(port.encode(4222)), 4222);
 * ```
 */
export function jsonCodec<T>(check: (value: unknown) => T): Codec<T> {
  return Object.freeze({
    encode(value: T): Uint8Array {
      const text: string | undefined = JSON.stringify(value);
      if (text === undefined) throw new TypeError(`Cannot encode ${typeof value} as JSON`);
      return textCodec.encode(text);
    },
    decode: (bytes: Uint8Array) => check(JSON.parse(textCodec.decode(bytes))),
  });
}
