/**
 * The key-value store that keeps nothing: for tests, for caches, and to show what the contract means.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import { MemoryTable } from "./_memory_table.ts";
import { RevisionStore } from "./revision_store.ts";

/** Options of {@linkcode memoryStore}. */
export interface MemoryStoreOptions {
  /** Source of time, for expiry. Default: the machine's. */
  clock?: Clock;
  /** Changes kept for watches and lists of the past. Default 4,096. */
  maxHistory?: number;
  /** Bytes that these may hold. Default 64 MiB. */
  maxHistoryBytes?: number;
}

/**
 * Creates an empty store in memory. It has every capability; its history is bounded, the oldest goes
 * first. The number of keys is the caller's affair.
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
