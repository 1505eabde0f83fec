import type { Change, Entry } from "./contract.ts";
import { equalBytes } from "./bytes.ts";
import { compareKeys } from "./key.ts";
import { changedKey, ownedEntry } from "./watch_hub.ts";

/** What is kept of an entry: a copy or, without values, its revision and a checksum of its value. */
type Kept = Entry | { readonly revision: number; readonly checksum: number };

/** The entries that a reader has received so far, kept to compute the difference to a new list. */
export class SyncedEntries {
  readonly #keepsValues: boolean;
  #entries = new Map<string, Kept>();

  /** @param keepsValues Whether values are kept, so that a difference has the previous entries. */
  constructor({ keepsValues }: { keepsValues: boolean }) {
    this.#keepsValues = keepsValues;
  }

  /** Replaces all entries by a complete list and returns the differences, in key order. */
  replace(entries: readonly Entry[], revision: number): Change[] {
    const before = this.#entries;
    this.#entries = new Map(entries.map((entry) => [entry.key, this.#kept(entry)]));
    const changes: Change[] = [];
    for (const entry of entries) {
      const known = before.get(entry.key);
      if (known && isSame(known, entry)) continue;
      changes.push({ type: "put", entry, ...previousOf(known) });
    }
    for (const [key, known] of before) {
      if (this.#entries.has(key)) continue;
      changes.push({ type: "delete", key, revision, ...previousOf(known) });
    }
    return changes.sort((a, b) => compareKeys(changedKey(a), changedKey(b)));
  }

  /** Applies changes and returns those that were not applied before; a store may repeat a change. */
  apply(changes: readonly Change[]): Change[] {
    return changes.filter((change) => {
      const current = this.#entries.get(changedKey(change));
      if (change.type === "delete") {
        if (!current || current.revision > change.revision) return false;
        this.#entries.delete(change.key);
      } else {
        if (current && current.revision >= change.entry.revision) return false;
        this.#entries.set(change.entry.key, this.#kept(change.entry));
      }
      return true;
    });
  }

  #kept(entry: Entry): Kept {
    if (this.#keepsValues) return ownedEntry(entry);
    return { revision: entry.revision, checksum: checksumOf(entry.value) };
  }
}

function previousOf(known: Kept | undefined): { previous?: Entry } {
  return known && "key" in known ? { previous: known } : {};
}

/** Compares values too: a store restored from a backup may use an old revision for a new value. */
function isSame(known: Kept, { revision, value }: Entry): boolean {
  if (known.revision !== revision) return false;
  return "key" in known ? equalBytes(known.value, value) : known.checksum === checksumOf(value);
}

/** FNV-1a of the bytes. */
function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
