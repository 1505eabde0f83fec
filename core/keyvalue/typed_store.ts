/**
 * A store whose values have a type.
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

/** An entry whose value was decoded. */
export interface TypedEntry<T> extends Omit<Entry, "value"> {
  /** The value, decoded. */
  readonly value: T;
}

/** One change whose values were decoded. */
export type TypedChange<T> =
  | { readonly type: "put"; readonly entry: TypedEntry<T> }
  | { readonly type: "delete"; readonly key: string; readonly revision: number };

/** Options of {@linkcode typedStore}. */
export interface TypedStoreOptions {
  /**
   * Told of a value that cannot be decoded, which is then left out of lists and watches. Default: the
   * list or watch ends with this error.
   */
  onInvalid?: (error: AgentError, entry: Entry) => void;
}

/** The part of a store where values matter, in terms of `T`. The rest is on the store itself. */
export interface TypedStore<T> {
  /** Reads one key; `value_invalid` if its value is not a `T`. */
  get(key: string, options?: CallOptions): Promise<TypedEntry<T> | undefined>;
  /** Reads all keys below the prefix, in key order. */
  list(prefix: string, options?: Omit<ListOptions, "keysOnly">): AsyncIterable<TypedEntry<T>>;
  /** Writes one key; tells the revision, or undefined when a condition did not hold. */
  put(key: string, value: T, options?: PutOptions): Promise<number | undefined>;
  /** Deletes one key, or all below a prefix; tells the keys that really existed. */
  delete(key: string, options?: DeleteOptions): Promise<string[]>;
  /** Replaces the value if it encodes to the same bytes as `expected`. */
  compareAndSwap(key: string, expected: T, value: T, options?: CallOptions): Promise<boolean>;
  /** Reports changes below the prefix, one revision at a time. */
  watch(prefix: string, options?: WatchOptions): Promise<AsyncIterable<TypedChange<T>[]>>;
}

/** Gives a store's values a type. */
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
      const { deleted } = await store.delete(key, options);
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
