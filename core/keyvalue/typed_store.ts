/**
 * A key-value store with typed values.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";
import { mapped } from "./_mapped.ts";
import type { Codec } from "./codec.ts";
import type {
  CallOptions,
  DeleteOptions,
  Entry,
  KeyValueStore,
  ListOptions,
  PutOptions,
  WatchOptions,
} from "./contract.ts";

/** An entry with its decoded value. */
export interface TypedEntry<T> extends Omit<Entry, "value"> {
  /** The decoded value. */
  readonly value: T;
}

/** A change with its decoded value. */
export type TypedChange<T> =
  | { readonly type: "put"; readonly entry: TypedEntry<T> }
  | { readonly type: "delete"; readonly key: string; readonly revision: number };

/** Options of {@linkcode typedStore}. */
export interface TypedStoreOptions {
  /**
   * Called with each value that cannot be decoded; lists and watches then skip the entry. Default: the
   * list or watch fails with this error.
   */
  onInvalid?: (error: AgentError, entry: Entry) => void;
}

/** The calls of a store that read or write values, with values of type `T`. */
export interface TypedStore<T> {
  /** Reads one key; fails with `value_invalid` when its value cannot be decoded. */
  get(key: string, options?: CallOptions): Promise<TypedEntry<T> | undefined>;
  /** Reads all keys that start with the prefix, in key order. */
  list(prefix: string, options?: Omit<ListOptions, "keysOnly">): AsyncIterable<TypedEntry<T>>;
  /** Writes one key; returns the revision, or undefined when a condition did not hold. */
  put(key: string, value: T, options?: PutOptions): Promise<number | undefined>;
  /** Deletes one key, or all keys that start with a prefix; returns the keys that existed, up to `maxBytes`. */
  delete(key: string, options?: Omit<DeleteOptions, "keysOnly">): Promise<string[]>;
  /** Replaces the value if its bytes equal the encoded `expected`; returns whether it did. */
  compareAndSwap(key: string, expected: T, value: T, options?: CallOptions): Promise<boolean>;
  /** Reports changes of keys that start with the prefix, one revision at a time. */
  watch(prefix: string, options?: WatchOptions): Promise<AsyncIterable<TypedChange<T>[]>>;
}

/** Returns the store with values of the codec's type. */
export function typedStore<T>(
  store: KeyValueStore,
  codec: Codec<T>,
  { onInvalid }: TypedStoreOptions = {},
): TypedStore<T> {
  function decode(entry: Entry): TypedEntry<T> {
    try {
      return { ...entry, value: codec.decode(entry.value) };
    } catch (cause) {
      throw new AgentError(
        "value_invalid",
        `Cannot decode the value of key "${entry.key}" at revision ${entry.revision}: ` +
          describeError(cause),
        { cause },
      );
    }
  }

  function decodeOrReport(entry: Entry): TypedEntry<T> | undefined {
    try {
      return decode(entry);
    } catch (error) {
      if (!onInvalid || !(error instanceof AgentError)) throw error;
      onInvalid(error, entry);
    }
  }

  return {
    async get(key, options) {
      const entry = await store.get(key, options);
      return entry && decode(entry);
    },
    list: (prefix, options) => mapped(store.list(prefix, options), decodeOrReport),
    async put(key, value, options) {
      const result = await store.put(key, codec.encode(value), options);
      return result.written ? result.revision : undefined;
    },
    async delete(key, options) {
      const { deleted } = await store.delete(key, { ...options, keysOnly: true });
      return deleted.map((entry) => entry.key);
    },
    compareAndSwap: (key, expected, value, options) =>
      store.compareAndSwap(key, codec.encode(expected), codec.encode(value), options),
    async watch(prefix, options) {
      return mapped(await store.watch(prefix, options), ({ changes }) => {
        const typed: TypedChange<T>[] = [];
        for (const change of changes) {
          if (change.type === "delete") {
            typed.push({ type: "delete", key: change.key, revision: change.revision });
          } else {
            const entry = decodeOrReport(change.entry);
            if (entry) typed.push({ type: "put", entry });
          }
        }
        return typed.length > 0 ? typed : undefined;
      });
    },
  };
}
