/**
 * The contract of all key-value stores. Keys are UTF-8 text without a leading slash, ordered by their
 * bytes; a prefix is a plain string prefix. A revision is a positive integer that grows with each change
 * of the whole store; a transaction makes one revision.
 *
 * Reading a missing key returns `undefined`; it is not an error. A store that lacks a capability throws
 * an {@linkcode AgentError} with code `unsupported` and never ignores the call. Each call accepts a signal;
 * when the store does not answer, it fails with `store_unreachable` or `deadline_exceeded`.
 *
 * @module
 */
import type { Duration } from "../units/mod.ts";

/** A key with its value at one revision. */
export interface Entry {
  /** The key, without the prefix of the view through which it was read. */
  readonly key: string;
  /** The value. The receiver owns the array. */
  readonly value: Uint8Array;
  /** Revision of the last change of this key. */
  readonly revision: number;
  /** Revision at which this key was created. */
  readonly createRevision: number;
}

/**
 * A change of one key; `previous` is the entry that it replaced or deleted. A store may omit it when one revision
 * deleted entries of more than 16 MiB.
 */
export type Change =
  | { readonly type: "put"; readonly entry: Entry; readonly previous?: Entry }
  | {
    readonly type: "delete";
    readonly key: string;
    readonly revision: number;
    readonly previous?: Entry;
  };

/** All changes of one revision below the watched prefix, in key order. */
export interface ChangeBatch {
  /** Revision of these changes; each batch has a greater one than the batch before. */
  readonly revision: number;
  /** At least one change; each key appears once. */
  readonly changes: readonly Change[];
}

/** Optional features of a store. */
export interface Capabilities {
  /** `put` supports `ttlMs`. */
  readonly ttl: boolean;
  /** `watch` supports a past `fromRevision`, and `list` supports `revision`. */
  readonly history: boolean;
  /** `txn`, `compareAndSwap` and the conditions of `put` and `delete` are atomic. */
  readonly transactions: boolean;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call; its promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode KeyValueStore.list}. */
export interface ListOptions extends CallOptions {
  /** Entries fetched per round trip. Default 500, range 1 to 10,000. */
  pageSize?: number;
  /**
   * Maximum bytes fetched per round trip, values and keys included, exceeded only to return at least one
   * entry. Default 1 MiB, range 1 to 64 MiB. For a server that only limits entries, such as etcd, it is
   * approximate.
   */
  pageBytes?: number;
  /** Return empty values. Default false. */
  keysOnly?: boolean;
  /** Read as of this revision instead of now; needs the capability `history`. */
  revision?: number;
}

/** Options of {@linkcode KeyValueStore.put}. */
export interface PutOptions extends CallOptions {
  /**
   * Time to live, in milliseconds or as a text such as `"30s"`; stores may round up to whole seconds. Default: the
   * key does not expire.
   */
  ttlMs?: Duration;
  /** Write only if the key does not exist. */
  ifAbsent?: boolean;
  /** Write only if the key's revision is exactly this. */
  ifRevision?: number;
}

/** Result of a put; `revision` is the revision of the store afterwards. */
export type PutResult =
  | { readonly written: true; readonly revision: number; readonly previous?: Entry }
  | { readonly written: false; readonly revision: number };

/** Options of {@linkcode KeyValueStore.delete}. */
export interface DeleteOptions extends CallOptions {
  /** Delete every key that starts with the key given. */
  prefix?: boolean;
  /** Delete only if the key's revision is exactly this. Not together with `prefix`. */
  ifRevision?: number;
  /**
   * Maximum bytes of the deleted entries to return, values and keys included: no further entry is returned
   * once this many are reached, and none with 0. All keys are deleted and counted nevertheless. Default
   * 16 MiB, at least 0.
   */
  maxBytes?: number;
  /** Return the deleted entries with empty values. Default false. */
  keysOnly?: boolean;
}

/** Result of a delete. */
export interface DeleteResult {
  /** The entries that existed and were deleted, in key order, as far as `maxBytes` permits. */
  readonly deleted: readonly Entry[];
  /** Number of all keys that were deleted. */
  readonly count: number;
  /**
   * Whether `deleted` lacks entries that were deleted: they exceed `maxBytes`, or a server deleted them and could
   * then not return them.
   */
  readonly isCut: boolean;
  /** The store's revision afterwards; a delete without effect makes no new revision. */
  readonly revision: number;
}

/** A condition of a transaction: whether a key exists, or its revision, or its value. */
export type Condition =
  | { readonly key: string; readonly exists: boolean }
  | { readonly key: string; readonly revision: number }
  | { readonly key: string; readonly value: Uint8Array };

/** A write of a transaction. */
export type Operation =
  | {
    readonly type: "put";
    readonly key: string;
    readonly value: Uint8Array;
    readonly ttlMs?: Duration;
  }
  | { readonly type: "delete"; readonly key: string };

/** A transaction: applies all operations at one revision if every condition holds, otherwise none. */
export interface Transaction {
  /** All must hold; an empty list always holds. At most 128. */
  readonly conditions?: readonly Condition[];
  /** Applied together; each key may appear once. At most 128. */
  readonly operations: readonly Operation[];
}

/** Result of a transaction. */
export interface TransactionResult {
  /** Whether every condition held. */
  readonly committed: boolean;
  /** The store's revision afterwards; a transaction without effect makes no new revision. */
  readonly revision: number;
}

/** Options of {@linkcode KeyValueStore.watch}. */
export interface WatchOptions extends CallOptions {
  /** First revision to report. Default: the next one. A past revision needs the capability `history`. */
  fromRevision?: number;
  /**
   * Maximum changes kept for a slow reader. Default 4,096, at least 1. When a reader falls further behind,
   * its watch ends with `queue_full`; other watches are not affected.
   */
  maxPending?: number;
  /**
   * Maximum bytes of these changes, their previous values included. Default 16 MiB, at least 1. Stores also
   * limit the bytes of all their watches together; the watch with the most bytes then ends with
   * `queue_full`.
   */
  maxPendingBytes?: number;
}

/** A key-value store. */
export interface KeyValueStore {
  /** Which optional features the store supports. */
  readonly capabilities: Capabilities;
  /** Reads one key. */
  get(key: string, options?: CallOptions): Promise<Entry | undefined>;
  /** Reads all keys that start with the prefix, in key order, all at the same revision. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Entry>;
  /** Returns the store's current revision; 0 before the first write. */
  revision(options?: CallOptions): Promise<number>;
  /** Writes one key. */
  put(key: string, value: Uint8Array, options?: PutOptions): Promise<PutResult>;
  /**
   * Deletes one key, or all keys that start with a prefix at one revision. Returns how many existed, and their
   * entries up to a limit in bytes.
   */
  delete(key: string, options?: DeleteOptions): Promise<DeleteResult>;
  /** Applies a transaction. */
  txn(transaction: Transaction, options?: CallOptions): Promise<TransactionResult>;
  /** Replaces the value if it equals `expected`, and returns whether it did; false for a missing key. */
  compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean>;
  /** Deletes the key if its value equals `expected`, and returns whether it did. */
  compareAndDelete(key: string, expected: Uint8Array, options?: CallOptions): Promise<boolean>;
  /**
   * Reports the changes of keys that start with the prefix: one batch per revision, in order, without gaps
   * or repetition. A lost connection does not end the watch. The iteration throws `store_compacted` when
   * the history it needs is gone, and ends without an error when the signal aborts. Each put that starts
   * after the promise resolves is reported.
   */
  watch(prefix: string, options?: WatchOptions): Promise<AsyncIterable<ChangeBatch>>;
  /**
   * Milliseconds until the key expires, as the store counts them: a server may extend a time to live, as etcd
   * does when it restarts. 0 when the key has expired but still exists; undefined when it does not expire or
   * does not exist.
   */
  remainingTtlMs(key: string, options?: CallOptions): Promise<number | undefined>;
  /** A view of the store that adds the prefix to every key given and removes it from every key returned. */
  withPrefix(prefix: string): KeyValueStore;
}

/** An event of {@linkcode listAndWatch}; `resync` marks the difference found by listing again. */
export type SyncEvent =
  | { readonly type: "snapshot"; readonly revision: number; readonly entries: readonly Entry[] }
  | {
    readonly type: "changes";
    readonly revision: number;
    readonly changes: readonly Change[];
    readonly resync: boolean;
  };
