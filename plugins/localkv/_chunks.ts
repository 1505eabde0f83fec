import { compareKeys, prefixEnd } from "../../core/keyvalue/mod.ts";

/** Range of keys as parameters of a statement. */
type Bounds = {
  readonly start: string;
  readonly end: string | Uint8Array;
  readonly after: string;
};

/** Parameters of a statement that reads one chunk of a range. */
export type Chunk = Bounds & { readonly limit: number };

/** Greater than any text: SQLite orders every blob after every text. */
const endOfText = new Uint8Array();

/** Rows that one query reads at most. */
const chunkRows = 32;

/** Parameters for the keys that start with a prefix and are greater than `after`. */
export function bounds(prefix: string, after = ""): Bounds {
  const start = compareKeys(after, prefix) > 0 ? after : prefix;
  return { start, end: prefixEnd(prefix) ?? endOfText, after };
}

/**
 * Rows of a statement in chunks, so that few values are in memory at a time. A loop over `iterate()` would not do: one
 * that ends early leaves its statement open, and some versions of the runtime then start the next one at its end.
 *
 * @param read Reads up to `limit` rows after the last one of the previous chunk.
 */
export function* inChunks<R>(
  limit: number,
  read: (last: R | undefined, limit: number) => unknown[],
): Generator<R> {
  let last: R | undefined;
  for (let left = limit; left > 0;) {
    const count = Math.min(left, chunkRows);
    const rows = read(last, count) as R[];
    yield* rows;
    if (rows.length < count) return;
    last = rows[rows.length - 1];
    left -= count;
  }
}
