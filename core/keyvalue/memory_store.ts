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
  /** Maximum changes kept, so that watches and lists can start at a past revision. Default 4,096, at least 1. */
  maxHistory?: number;
  /** Maximum bytes that these changes keep in memory. Default 64 MiB, at least 1. */
  maxHistoryBytes?: number;
}

/**
 * Creates an empty store in memory with all capabilities. Its history is bounded and drops the oldest
 * changes first. The number of keys is not limited.
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
  const { clock, maxHistory = 4_096, maxHistoryBytes = 64 * 1024 * 1024 } = options;
  if (!(maxHistory >= 1) || !(maxHistoryBytes >= 1)) {
    throw new RangeError(
      `Cannot bound the history at ${maxHistory} changes and ${maxHistoryBytes} bytes: ` +
        "both must be at least 1",
    );
  }
  const table = new MemoryTable({ maxChanges: maxHistory, maxBytes: maxHistoryBytes });
  return new RevisionStore(table, { name: "memory store", clock });
}
