/**
 * `compareAndSwap` and `compareAndDelete` for stores that support transactions.
 *
 * @module
 */
import type { CallOptions, KeyValueStore, Operation } from "./contract.ts";

/** Implements `compareAndSwap` with a transaction. */
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
