import { type Entry, prefixEnd } from "../../core/keyvalue/mod.ts";
import type { KeyRange, Pair } from "./driver.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What etcd takes as "from here to the end", as a key and as an end. */
const nul = new Uint8Array([0]);

export function keyBytes(key: string): Uint8Array {
  return encoder.encode(key);
}

/** Foreign keys that are not UTF-8 are shown with replacement characters. */
export function keyText(key: Uint8Array): string {
  return decoder.decode(key);
}

export function entryOf({ key, value, revision, createRevision }: Pair): Entry {
  return { key: keyText(key), value, revision, createRevision };
}

/** All keys that start with the prefix. */
export function rangeOf(prefix: string): Required<KeyRange> {
  const end = prefixEnd(prefix);
  return {
    key: prefix === "" ? nul : keyBytes(prefix),
    end: end === undefined ? nul : keyBytes(end),
  };
}

/** The first key that can come after this one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
