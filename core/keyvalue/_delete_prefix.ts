/**
 * Deletes by prefix with few values in memory. The table deletes without returning anything; what is returned and
 * what watches get is read afterwards from the history, up to a limit in bytes.
 */
import { entryBytes } from "./bytes.ts";
import { defaultMaxDeletedBytes } from "./check.ts";
import type { Change, DeleteOptions, DeleteResult } from "./contract.ts";
import type { RevisionTable } from "./revision_table.ts";
import { plainEntry, type WatchHub } from "./watch_hub.ts";

/** Entries of an oversize delete that are read at a time for a watch. */
const keyPage = 1_000;

/** Deletes all keys that start with the prefix and publishes the change. */
export function deletePrefix(
  table: RevisionTable,
  hub: WatchHub,
  prefix: string,
  nowMs: number,
  options: DeleteOptions,
): DeleteResult {
  const count = table.deletePrefix(prefix, table.revision + 1, nowMs);
  const { revision } = table;
  if (count === 0) return { deleted: [], count, isCut: false, revision };
  hub.publishDelete(prefix, revision, (range) => deletedBelow(table, range, revision));
  const { maxBytes = defaultMaxDeletedBytes, keysOnly } = options;
  const deleted = maxBytes === 0
    ? []
    : table.replaced({ prefix, revision, limit: count, maxBytes, keysOnly });
  return { deleted: deleted.map(plainEntry), count, isCut: deleted.length < count, revision };
}

/** The changes of a delete below a prefix, without the previous entries when they are too large. */
function deletedBelow(table: RevisionTable, prefix: string, revision: number): Change[] {
  const maxBytes = defaultMaxDeletedBytes;
  const range = { prefix, revision, limit: Number.MAX_SAFE_INTEGER };
  const entries = table.replaced({ ...range, maxBytes });
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  if (bytes < maxBytes) {
    return entries.map((entry) => {
      return { type: "delete", key: entry.key, revision, previous: plainEntry(entry) };
    });
  }
  const keys: Change[] = [];
  let after: string | undefined;
  while (true) {
    const page = table.replaced({ ...range, after, limit: keyPage, keysOnly: true });
    for (const { key } of page) keys.push({ type: "delete", key, revision });
    if (page.length < keyPage) return keys;
    after = page[page.length - 1].key;
  }
}
