import { type Entry, prefixEnd } from "../../core/keyvalue/mod.ts";
import type { KeyRange, Pair } from "./driver.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As a key: the first key of all; as a range end: the end of the key space. */
const nul = new Uint8Array([0]);

export function keyBytes(key: string): Uint8Array {
  return encoder.encode(key);
}

/** Keys of other clients that are not UTF-8 get replacement characters. */
export function keyText(key: Uint8Array): string {
  return decoder.decode(key);
}

export function entryOf({ key, value, revision, createRevision }: Pair): Entry {
  return { key: keyText(key), value, revision, createRevision };
}

/** The range of all keys that start with the prefix. */
export function rangeOf(prefix: string): Required<KeyRange> {
  const end = prefixEnd(prefix);
  return {
    key: prefix === "" ? nul : keyBytes(prefix),
    end: end === undefined ? nul : keyBytes(end),
  };
}

/** The first possible key after this one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
