/**
 * The one contract that every key-value store keeps, whatever is behind it. Keys are UTF-8 text without
 * a leading slash, ordered by their bytes; a prefix is a plain string prefix. Revisions are positive
 * integers that grow with every change of the store as a whole; a transaction is one revision.
 *
 * A missing key is `undefined`, never an error. A store that lacks a capability throws an
 * {@linkcode AgentError} with code `unsupported`; it never does nothing silently. Every call takes a
 * signal, and a store that does not answer ends in `store_unreachable` or `deadline_exceeded`.
 *
 * @module
 */

/** One key as it is, or was, in the store. */
export interface Entry {
  /** The key, without the prefix of the store it was read through. */
  readonly key: string;
  /** The value; owned by the receiver. */
  readonly value: Uint8Array;
  /** Revision of the last change of this key. */
  readonly revision: number;
  /** Revision at which this key was created. */
  readonly createRevision: number;
}

/** One change of one key. */
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
  /** The revision that made them; later batches have greater ones. */
  readonly revision: number;
  /** At least one, each key once. */
  readonly changes: readonly Change[];
}

/** What a store can do beyond the minimum. */
export interface Capabilities {
  /** `put` accepts `ttlMs`. */
  readonly ttl: boolean;
  /** `watch` accepts a past revision, and `list` a `revision`. */
  readonly history: boolean;
  /** `txn`, `compareAndSwap` and the conditions of `put` and `delete` are atomic. */
  readonly transactions: boolean;
}

/** Options every call takes. */
export interface CallOptions {
  /** Ends the call early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of {@linkcode KeyValueStore.list}. */
export interface ListOptions extends CallOptions {
  /** Entries fetched per round trip. Default 500, range 1 to 10,000. */
  pageSize?: number;
  /** Leave the values empty. Default false. */
  keysOnly?: boolean;
  /** Read as of this revision instead of now; needs the capability `history`. */
  revision?: number;
}

/** Options of {@linkcode KeyValueStore.put}. */
export interface PutOptions extends CallOptions {
  /** Remove the key after this time. Stores may round up to whole seconds. Default: it stays. */
  ttlMs?: number;
  /** Write only if the key does not exist. */
  ifAbsent?: boolean;
  /** Write only if the key's revision is exactly this. */
  ifRevision?: number;
}

/** What a put did. */
export type PutResult =
  | { readonly written: true; readonly revision: number; readonly previous?: Entry }
  | { readonly written: false; readonly revision: number };

/** Options of {@linkcode KeyValueStore.delete}. */
export interface DeleteOptions extends CallOptions {
  /** Delete every key that starts with the key given. */
  prefix?: boolean;
  /** Delete only if the key's revision is exactly this. Not together with `prefix`. */
  ifRevision?: number;
}

/** What a delete did: the entries that really existed, in key order, and the store's revision. */
export interface DeleteResult {
  /** What was there and is no longer. */
  readonly deleted: readonly Entry[];
  /** The store's revision afterwards; nothing deleted makes no new one. */
  readonly revision: number;
}

/** A condition of a transaction. */
export type Condition =
  | { readonly key: string; readonly exists: boolean }
  | { readonly key: string; readonly revision: number }
  | { readonly key: string; readonly value: Uint8Array };

/** A write of a transaction. Each key may appear once. */
export type Operation =
  | {
    readonly type: "put";
    readonly key: string;
    readonly value: Uint8Array;
    readonly ttlMs?: number;
  }
  | { readonly type: "delete"; readonly key: string };

/** A transaction: all operations at one revision if every condition holds, else none. */
export interface Transaction {
  /** All must hold; none is always true. At most 128. */
  readonly conditions?: readonly Condition[];
  /** Carried out together. At most 128. */
  readonly operations: readonly Operation[];
}

/** What a transaction did. */
export interface TransactionResult {
  /** Whether every condition held. */
  readonly committed: boolean;
  /** The store's revision afterwards; a transaction that changes nothing makes no new one. */
  readonly revision: number;
}

/** Options of {@linkcode KeyValueStore.watch}. */
export interface WatchOptions extends CallOptions {
  /** First revision to report. Default: the one after now. Needs the capability `history` if past. */
  fromRevision?: number;
  /**
   * Changes kept for a slow reader. Default 4,096. A reader that falls further behind ends with
   * `queue_full`; other watchers are not affected.
   */
  maxPending?: number;
}

/** A key-value store. */
export interface KeyValueStore {
  /** What it can do beyond the minimum. */
  readonly capabilities: Capabilities;
  /** Reads one key. */
  get(key: string, options?: CallOptions): Promise<Entry | undefined>;
  /** Reads all keys that start with the prefix, in key order, all as of one revision. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Entry>;
  /** The store's current revision; 0 when nothing was ever written. */
  revision(options?: CallOptions): Promise<number>;
  /** Writes one key. */
  put(key: string, value: Uint8Array, options?: PutOptions): Promise<PutResult>;
  /** Deletes one key, or all below a prefix, and tells what really existed. */
  delete(key: string, options?: DeleteOptions): Promise<DeleteResult>;
  /** Applies a transaction. */
  txn(transaction: Transaction, options?: CallOptions): Promise<TransactionResult>;
  /** Replaces the value if it is, byte for byte, `expected`; false for a missing key. */
  compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean>;
  /** Deletes the key if its value is, byte for byte, `expected`. */
  compareAndDelete(key: string, expected: Uint8Array, options?: CallOptions): Promise<boolean>;
  /**
   * Reports changes below the prefix, one batch per revision, in order, without gap or repetition. It
   * survives a lost connection; the iteration throws `store_compacted` when the history needed is gone,
   * and ends without error when its signal aborts. The watch is registered when the promise resolves:
   * a put after that is reported.
   */
  watch(prefix: string, options?: WatchOptions): Promise<AsyncIterable<ChangeBatch>>;
  /** Time left until the key expires, in milliseconds; undefined when it does not expire or is missing. */
  remainingTtlMs(key: string, options?: CallOptions): Promise<number | undefined>;
  /** The same store seen through a prefix: added to every key given, removed from every key returned. */
  withPrefix(prefix: string): KeyValueStore;
}

/** What {@linkcode listAndWatch} reports. */
export type SyncEvent =
  | { readonly type: "snapshot"; readonly revision: number; readonly entries: readonly Entry[] }
  | {
    readonly type: "changes";
    readonly revision: number;
    readonly changes: readonly Change[];
    readonly resync: boolean;
  };
