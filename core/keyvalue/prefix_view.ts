/**
 * A view of any store below a prefix: adds the prefix to the keys of every call, transactions included, and
 * removes it from the keys of every result.
 *
 * @module
 */
import { mapped } from "./_mapped.ts";
import { checkKey } from "./check.ts";
import type {
  CallOptions,
  Capabilities,
  Change,
  ChangeBatch,
  DeleteOptions,
  DeleteResult,
  Entry,
  KeyValueStore,
  ListOptions,
  PutOptions,
  PutResult,
  Transaction,
  TransactionResult,
  WatchOptions,
} from "./contract.ts";

/**
 * Returns a view of the store below a prefix. Views can be nested.
 *
 * @example
 * ```ts
 * import { memoryStore, prefixView, textCodec } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const store = memoryStore();
 * await prefixView(store, "agent/").put("a", textCodec.encode("1"));
 * assert.equal((await store.get("agent/a"))?.key, "agent/a");
 * ```
 */
export function prefixView(store: KeyValueStore, prefix: string): KeyValueStore {
  return new PrefixView(store, prefix);
}

class PrefixView implements KeyValueStore {
  readonly #store: KeyValueStore;
  readonly #prefix: string;

  constructor(store: KeyValueStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  get capabilities(): Capabilities {
    return this.#store.capabilities;
  }

  async get(key: string, options?: CallOptions): Promise<Entry | undefined> {
    const entry = await this.#store.get(this.#full("get", key), options);
    return entry && this.#inside(entry);
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<Entry> {
    const entries = this.#store.list(this.#prefix + prefix, options);
    return mapped(entries, (entry) => this.#inside(entry));
  }

  revision(options?: CallOptions): Promise<number> {
    return this.#store.revision(options);
  }

  async put(key: string, value: Uint8Array, options?: PutOptions): Promise<PutResult> {
    const result = await this.#store.put(this.#full("put", key), value, options);
    if (!result.written || !result.previous) return result;
    return { ...result, previous: this.#inside(result.previous) };
  }

  async delete(key: string, options?: DeleteOptions): Promise<DeleteResult> {
    const full = options?.prefix ? this.#prefix + key : this.#full("delete", key);
    const result = await this.#store.delete(full, options);
    return { ...result, deleted: result.deleted.map((entry) => this.#inside(entry)) };
  }

  async txn(transaction: Transaction, options?: CallOptions): Promise<TransactionResult> {
    return await this.#store.txn({
      conditions: transaction.conditions?.map((condition) => ({
        ...condition,
        key: this.#full("compare", condition.key),
      })),
      operations: transaction.operations.map((operation) => ({
        ...operation,
        key: this.#full(operation.type, operation.key),
      })),
    }, options);
  }

  async compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return await this.#store.compareAndSwap(this.#full("swap", key), expected, value, options);
  }

  async compareAndDelete(
    key: string,
    expected: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return await this.#store.compareAndDelete(this.#full("delete", key), expected, options);
  }

  async watch(prefix: string, options?: WatchOptions): Promise<AsyncIterable<ChangeBatch>> {
    const batches = await this.#store.watch(this.#prefix + prefix, options);
    return mapped(batches, ({ revision, changes }) => ({
      revision,
      changes: changes.map((change) => this.#insideChange(change)),
    }));
  }

  async remainingTtlMs(key: string, options?: CallOptions): Promise<number | undefined> {
    return await this.#store.remainingTtlMs(this.#full("read the time to live of", key), options);
  }

  withPrefix(prefix: string): KeyValueStore {
    return this.#store.withPrefix(this.#prefix + prefix);
  }

  /** Refuses the empty key here: with the prefix added, the store could not detect it. */
  #full(action: string, key: string): string {
    if (key === "") checkKey(action, key);
    return this.#prefix + key;
  }

  #inside(entry: Entry): Entry {
    return { ...entry, key: entry.key.slice(this.#prefix.length) };
  }

  #insideChange(change: Change): Change {
    const previous = change.previous && { previous: this.#inside(change.previous) };
    if (change.type === "put") return { ...change, entry: this.#inside(change.entry), ...previous };
    return { ...change, key: change.key.slice(this.#prefix.length), ...previous };
  }
}
