import type { DeleteOptions, DeleteResult, Entry } from "./contract.ts";
import { plainEntry } from "./watch_hub.ts";

/**
 * Result of the delete of a single key, as the options ask for it.
 *
 * @param found The entry that was deleted; none when nothing was. Its value belongs to the caller afterwards.
 * @param revision Revision of the store after the delete.
 */
export function deleteResult(
  found: readonly Entry[],
  revision: number,
  { maxBytes, keysOnly }: DeleteOptions,
): DeleteResult {
  const count = found.length;
  const deleted = (maxBytes === 0 ? [] : found).map(plainEntry)
    .map((entry) => keysOnly ? { ...entry, value: new Uint8Array() } : entry);
  return { deleted, count, isCut: deleted.length < count, revision };
}
