import type { Change, Entry } from "./contract.ts";
import { equalBytes } from "./bytes.ts";
import { compareKeys } from "./key.ts";
import { changedKey, ownedEntry } from "./watch_hub.ts";

/** What a reader has been told so far, kept to work out what a new list would change for it. */
export class SyncedEntries {
  #entries = new Map<string, Entry>();

  /** Takes a complete list and returns how it differs from what was there, in key order. */
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

  /** Takes changes and returns those that are news, which is all of them unless a store repeats itself. */
  apply(changes: readonly Change[]): Change[] {
    return changes.filter((change) => {
      const known = this.#entries.get(changedKey(change));
      if (change.type === "delete") {
        if (!known || known.revision > change.revision) return false;
        this.#entries.delete(change.key);
      } else {
        if (known && known.revision >= change.entry.revision) return false;
        this.#entries.set(change.entry.key, ownedEntry(change.entry));
      }
      return true;
    });
  }
}

/** A store that was restored may give an old revision to a new value, so the value counts as well. */
function isSame(a: Entry, b: Entry): boolean {
  return a.revision === b.revision && equalBytes(a.value, b.value);
}
