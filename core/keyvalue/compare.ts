/**
 * The two comparing calls of the contract, for every store that has transactions.
 *
 * @module
 */
import type { CallOptions, KeyValueStore, Operation } from "./contract.ts";

/** What a store with transactions does for `compareAndSwap`. */
export function swapBy(
  store: Pick<KeyValueStore, "txn">,
  key: string,
  expected: Uint8Array,
  value: Uint8Array,
  options?: CallOptions,
): Promise<boolean> {
  return applyIf(store, { type: "put", key, value }, expected, options);
}

/** What a store with transactions does for `compareAndDelete`. */
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
