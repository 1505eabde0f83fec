/**
 * `compareAndSwap` and `compareAndDelete` for stores that support transactions.
 *
 * @module
 */
import type { CallOptions, KeyValueStore, Operation } from "./contract.ts";

/**
 * Implements `compareAndSwap` with a transaction.
 *
 * @example
 * ```ts
 * import { deleteBy, memoryStore, swapBy, textCodec } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const store = memoryStore();
 * const [one, two] = ["1", "2"].map((text) => textCodec.encode(text));
 * await store.put("a", one);
 * assert.equal(await swapBy(store, "a", one, two), true);
 * assert.equal(await deleteBy(store, "a", one), false);
 * ```
 */
export function swapBy(
  store: Pick<KeyValueStore, "txn">,
  key: string,
  expected: Uint8Array,
  value: Uint8Array,
  options?: CallOptions,
): Promise<boolean> {
  return applyIf(store, { type: "put", key, value }, expected, options);
}

/** Implements `compareAndDelete` with a transaction. */
export function deleteBy(
  store: Pick<KeyValueStore, "txn">,
  key: string,
  expected: Uint8Array,
  options?: CallOptions,
): Promise<boolean> {
  return applyIf(store, { type: "delete", key }, expected, options);
}

async function applyIf(
  store: Pick<KeyValueStore, "txn">,
  operation: Operation,
  expected: Uint8Array,
  options?: CallOptions,
): Promise<boolean> {
  const conditions = [{ key: operation.key, value: expected }];
  const { committed } = await store.txn({ conditions, operations: [operation] }, options);
  return committed;
}
