/**
 * A key-value store in memory, for tests and caches. It does not survive the process.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import { MemoryTable } from "./_memory_table.ts";
import { RevisionStore } from "./revision_store.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /** Clock to use for expiry. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Maximum bytes of all entries; a write beyond it fails with `store_full`. Default: no limit. */
  maxBytes?: number;
  /** Maximum size of a value in bytes; a larger one is refused with a `RangeError`. Default: no limit. */
  maxValueBytes?: number;
  /** Maximum bytes that all watches together keep for slow readers. Default 64 MiB, at least 1. */
  maxWatchBytes?: number;
  /** Maximum changes kept, so that watches and lists can start at a past revision. Default 4,096, at least 1. */
  maxHistory?: number;
  /** Maximum bytes that these changes keep in memory. Default 64 MiB, at least 1. */
  maxHistoryBytes?: number;
}

/**
 * Creates an empty store in memory with all capabilities. Its history is bounded and drops the oldest
 * changes first.
 *
 * @example
 * ```ts
 * import { memoryStore, textCodec, typedStore } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using store = memoryStore();
 * const texts = typedStore(store, textCodec);
 * await texts.put("greeting", "hello");
 * assert.equal((await texts.get("greeting"))?.value, "hello");
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): RevisionStore {
  const { clock, maxBytes = Infinity, maxValueBytes, maxWatchBytes, maxHistory = 4_096 } = options;
  const { maxHistoryBytes = 64 * 1024 * 1024 } = options;
  for (const [name, value] of Object.entries({ maxBytes, maxHistory, maxHistoryBytes })) {
    if (!(value >= 1)) {
      throw new RangeError(`Cannot create a memory store: ${name} ${value}, wanted 1 or more`);
    }
  }
  const table = new MemoryTable({ maxBytes, maxHistory, maxHistoryBytes });
  return new RevisionStore(table, { name: "memory store", maxValueBytes, maxWatchBytes, clock });
}
