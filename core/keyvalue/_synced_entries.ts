import type { Change, Entry } from "./contract.ts";
import { equalBytes } from "./bytes.ts";
import { compareKeys } from "./key.ts";
import { changedKey, ownedEntry } from "./watch_hub.ts";

/** The entries that a reader has received so far, kept to compute the difference to a new list. */
export class SyncedEntries {
  #entries = new Map<string, Entry>();

  /** Replaces all entries by a complete list and returns the differences, in key order. */
  replace(entries: readonly Entry[], revision: number): Change[] {
    const before = this.#entries;
    this.#entries = new Map(entries.map((entry) => [entry.key, ownedEntry(entry)]));
    const changes: Change[] = [];
    for (const entry of entries) {
      const previous = before.get(entry.key);
      if (previous && isSame(previous, entry)) continue;
      changes.push({ type: "put", entry, ...previous && { previous } });
    }
    for (const [key, previous] of before) {
      if (!this.#entries.has(key)) changes.push({ type: "delete", key, revision, previous });
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
        this.#entries.set(change.entry.key, ownedEntry(change.entry));
      }
      return true;
    });
  }
}

/** Compares values too: a store restored from a backup may use an old revision for a new value. */
function isSame(a: Entry, b: Entry): boolean {
  return a.revision === b.revision && equalBytes(a.value, b.value);
}
