/**
 * The key-value contract on top of a {@linkcode RevisionTable}: conditions, revisions, expiry and watches,
 * shared by the store in memory and the store on disk.
 *
 * Each call runs in one turn of the event loop, so a transaction needs no lock. Every call first deletes
 * the expired keys, all at one revision, so no caller ever sees them.
 *
 * @module
 */
import { storeErrors } from "./errors.ts";
import { type Clock, systemClock } from "../async/mod.ts";
import { AgentError } from "../errors/mod.ts";
import { milliseconds } from "../units/mod.ts";
import { deletePrefix } from "./_delete_prefix.ts";
import { entryBytes, equalBytes } from "./bytes.ts";
import {
  checkDelete,
  checkKey,
  checkList,
  checkPrefix,
  checkPut,
  checkTransaction,
  checkWatch,
  defaultMaxPending,
  defaultMaxPendingBytes,
  defaultMaxWatchBytes,
  defaultPageBytes,
  defaultPageSize,
} from "./check.ts";
import { deleteBy, swapBy } from "./compare.ts";
import type {
  CallOptions,
  Capabilities,
  ChangeBatch,
  Condition,
  DeleteOptions,
  DeleteResult,
  Entry,
  KeyValueStore,
  ListOptions,
  Operation,
  PutOptions,
  PutResult,
  Transaction,
  TransactionResult,
  WatchOptions,
} from "./contract.ts";
import { deleteResult } from "./delete_result.ts";
import { compareKeys } from "./key.ts";
import { prefixView } from "./prefix_view.ts";
import type { RevisionStoreOptions } from "./revision_store_options.ts";
import type { RevisionTable, StoredBatch, StoredChange, StoredEntry } from "./revision_table.ts";
import { changedKey, ownedBatch, ownedEntry, plainEntry, WatchHub } from "./watch_hub.ts";

/** Maximum keys that one commit deletes because they expired, so that other calls do not wait long. */
const maxExpiredAtOnce = 1_000;
/** Changes, and their bytes, read from the history at a time when a watch starts at a past revision. */
const replayPage = 256;
const replayBytes = 1024 * 1024;
const expiryRetryMs = 1_000;

/**
 * A key-value store in this process. Closing it ends its watches with the error code `closed`.
 *
 * @example
 * ```ts
 * import { memoryStore, type RevisionStore, textCodec } from "./mod.ts";
 *
 * await using store: RevisionStore = memoryStore();
 * const { revision } = await store.put("a", textCodec.encode("1"));
 * await store.compact(revision);
 * ```
 */
export class RevisionStore implements KeyValueStore, AsyncDisposable {
  /** All capabilities. */
  readonly capabilities: Capabilities = Object.freeze({
    ttl: true,
    history: true,
    transactions: true,
  });
  readonly #table: RevisionTable;
  readonly #name: string;
  readonly #maxValueBytes: number;
  readonly #clock: Clock;
  readonly #onExpiryFailure: (error: unknown) => void;
  readonly #hub: WatchHub;
  #timer: Disposable | undefined;
  #timerAtMs = Infinity;
  #isClosed = false;

  /** Takes ownership of the table: closing the store disposes of the table. */
  constructor(table: RevisionTable, options: RevisionStoreOptions) {
    const { name, maxValueBytes = Infinity, clock = systemClock } = options;
    this.#table = table;
    this.#name = name;
    this.#maxValueBytes = maxValueBytes;
    this.#hub = new WatchHub(options.maxWatchBytes ?? defaultMaxWatchBytes);
    this.#clock = clock;
    this.#onExpiryFailure = options.onExpiryFailure ?? (() => {});
    // A store that cannot be written now can still be read and watched, so this failure is not thrown.
    this.#onTimer();
  }

  /** Number of open watches. */
  get watches(): number {
    return this.#hub.size;
  }

  /** Bytes that the watches keep for slow readers. */
  get watchPendingBytes(): number {
    return this.#hub.pendingBytes;
  }

  /** Number of watches that ended because their reader was too slow. */
  get watchOverflows(): number {
    return this.#hub.overflows;
  }

  get(key: string, options: CallOptions = {}): Promise<Entry | undefined> {
    return this.#call(options, () => {
      checkKey("get", key);
      const entry = this.#table.get(key);
      return entry && plainEntry(entry);
    });
  }

  list(prefix: string, options: ListOptions = {}): AsyncIterable<Entry> {
    checkList(prefix, options);
    return this.#list(prefix, options);
  }

  revision(options: CallOptions = {}): Promise<number> {
    return this.#call(options, () => this.#table.revision);
  }

  put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<PutResult> {
    return this.#call(options, () => {
      checkPut(key, options);
      const previous = this.#table.get(key);
      const wanted = options.ifAbsent ? undefined : options.ifRevision ?? previous?.revision;
      if (previous?.revision !== wanted) return { written: false, revision: this.#table.revision };
      const revision = this.#commit([{ type: "put", key, value, ttlMs: options.ttlMs }]);
      return { written: true, revision, ...previous && { previous: ownedEntry(previous) } };
    });
  }

  delete(key: string, options: DeleteOptions = {}): Promise<DeleteResult> {
    return this.#call(options, () => {
      checkDelete(key, options);
      if (options.prefix) {
        const result = deletePrefix(this.#table, this.#hub, key, this.#clock.now(), options);
        this.#arm();
        return result;
      }
      const entry = this.#table.get(key);
      const { ifRevision = entry?.revision } = options;
      const found = entry && entry.revision === ifRevision ? [entry] : [];
      const revision = this.#commit(found.map(() => ({ type: "delete", key })));
      return deleteResult(found, revision, options);
    });
  }

  txn(transaction: Transaction, options: CallOptions = {}): Promise<TransactionResult> {
    return this.#call(options, () => {
      checkTransaction(transaction);
      const { conditions = [], operations } = transaction;
      const committed = conditions.every((condition) => this.#holds(condition));
      const revision = committed ? this.#commit(operations) : this.#table.revision;
      return { committed, revision };
    });
  }

  compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return swapBy(this, key, expected, value, options);
  }

  compareAndDelete(key: string, expected: Uint8Array, options?: CallOptions): Promise<boolean> {
    return deleteBy(this, key, expected, options);
  }

  watch(prefix: string, options: WatchOptions = {}): Promise<AsyncIterable<ChangeBatch>> {
    return this.#call(options, () => {
      checkWatch(prefix, options);
      const { maxPending = defaultMaxPending, signal, fromRevision } = options;
      const { maxPendingBytes = defaultMaxPendingBytes } = options;
      const head = this.#table.revision;
      const from = fromRevision ?? head + 1;
      if (from <= this.#table.compactedRevision) throw this.#compacted("watch", prefix, from);
      const replay = from <= head ? this.#replay(prefix, from, head) : undefined;
      return this.#hub.open({
        prefix,
        maxPending,
        maxPendingBytes,
        signal,
        replay,
        firstRevision: from,
      });
    });
  }

  remainingTtlMs(key: string, options: CallOptions = {}): Promise<number | undefined> {
    return this.#call(options, () => {
      checkKey("read the time to live of", key);
      const expiresAtMs = this.#table.get(key)?.expiresAtMs;
      return expiresAtMs === undefined ? undefined : expiresAtMs - this.#clock.now();
    });
  }

  withPrefix(prefix: string): KeyValueStore {
    checkPrefix("use", prefix);
    return prefixView(this, prefix);
  }

  /** Removes the changes up to and including a revision; watches and lists that need them then fail. */
  compact(revision: number, options: CallOptions = {}): Promise<void> {
    return this.#call(options, () => {
      if (!Number.isSafeInteger(revision) || revision < 1 || revision > this.#table.revision) {
        throw new RangeError(
          `Cannot compact to revision ${revision}: wanted 1 to ${this.#table.revision}`,
        );
      }
      this.#table.compact(revision);
    });
  }

  /** Ends the watches and closes the table. Calling it again has no effect. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isClosed) {
        this.#isClosed = true;
        this.#timer?.[Symbol.dispose]();
        this.#hub.fail(this.#closedError());
        this.#table[Symbol.dispose]();
      }
      resolve();
    });
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs one call synchronously; an exception becomes a rejection. */
  #call<T>({ signal }: CallOptions, work: () => T): Promise<T> {
    return new Promise((resolve) => {
      signal?.throwIfAborted();
      if (this.#isClosed) throw this.#closedError();
      this.#expire();
      resolve(work());
    });
  }

  async *#list(prefix: string, options: ListOptions): AsyncGenerator<Entry> {
    const { pageSize: limit = defaultPageSize, keysOnly, signal } = options;
    const { pageBytes: maxBytes = defaultPageBytes } = options;
    const revision = await this.#call(options, () => this.#readable(prefix, options.revision));
    let after: string | undefined;
    while (true) {
      const page = await this.#call({ signal }, () => {
        this.#readable(prefix, revision);
        return this.#table.list({ prefix, after, revision, limit, maxBytes, keysOnly });
      });
      let bytes = 0;
      for (const entry of page) {
        bytes += entryBytes(entry);
        yield plainEntry(entry);
      }
      if (page.length < limit && bytes < maxBytes) return;
      after = page[page.length - 1].key;
    }
  }

  /** Returns the revision to read at; throws when it is compacted or in the future. */
  #readable(prefix: string, wanted = this.#table.revision): number {
    if (wanted < this.#table.compactedRevision) throw this.#compacted("list", prefix, wanted);
    if (wanted > this.#table.revision) {
      throw new RangeError(
        `Cannot list prefix "${prefix}" at revision ${wanted}: the store is at ${this.#table.revision}`,
      );
    }
    return wanted;
  }

  *#replay(prefix: string, from: number, to: number): Generator<ChangeBatch> {
    for (let next = from; next <= to;) {
      if (next <= this.#table.compactedRevision) throw this.#compacted("watch", prefix, next);
      const page = this.#table.history({
        prefix,
        from: next,
        to,
        limit: replayPage,
        maxBytes: replayBytes,
      });
      yield* page.map(ownedBatch);
      if (page.length === 0) return;
      next = page[page.length - 1].revision + 1;
    }
  }

  #holds(condition: Condition): boolean {
    const entry = this.#table.get(condition.key);
    if ("exists" in condition) return (entry !== undefined) === condition.exists;
    if ("revision" in condition) return entry?.revision === condition.revision;
    return entry !== undefined && equalBytes(entry.value, condition.value);
  }

  /** Writes at the next revision and returns it; returns the current revision when nothing changes. */
  #commit(operations: readonly Operation[]): number {
    const revision = this.#table.revision + 1;
    const changes = operations
      .map((operation) => this.#change(operation, revision))
      .filter((change) => change !== undefined)
      .sort((a, b) => compareKeys(changedKey(a), changedKey(b)));
    if (changes.length === 0) return this.#table.revision;
    const batch: StoredBatch = { revision, changes };
    this.#table.commit(batch, this.#clock.now());
    this.#hub.publish(batch);
    this.#arm();
    return revision;
  }

  /** The change that an operation makes; undefined when it deletes a missing key. */
  #change(operation: Operation, revision: number): StoredChange | undefined {
    const { type, key } = operation;
    const previous = this.#table.get(key);
    if (type === "delete") return previous && { type, key, revision, previous };
    const { value, ttlMs } = operation;
    if (value.length > this.#maxValueBytes) {
      throw new RangeError(
        `Cannot put key "${key}": ${value.length} bytes, at most ${this.#maxValueBytes} are allowed`,
      );
    }
    const entry: StoredEntry = {
      key,
      value: value.slice(),
      revision,
      createRevision: previous?.createRevision ?? revision,
      ...ttlMs !== undefined &&
        { expiresAtMs: this.#clock.now() + Math.ceil(milliseconds(ttlMs, "ttlMs")) },
    };
    return { type, entry, ...previous && { previous } };
  }

  /** Deletes the expired keys and sets the timer for the next expiry. */
  #expire(): void {
    const now = this.#clock.now();
    while ((this.#table.nextExpiryMs() ?? Infinity) <= now) {
      const entries = this.#table.expired(now, maxExpiredAtOnce);
      this.#commit(entries.map((entry) => ({ type: "delete", key: entry.key })));
    }
    this.#arm();
  }

  /** Sets the timer to the earliest expiry. */
  #arm(): void {
    const atMs = this.#table.nextExpiryMs() ?? Infinity;
    if (atMs === this.#timerAtMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timerAtMs = atMs;
    if (atMs === Infinity) return;
    this.#timer = this.#clock.timer(Math.max(0, atMs - this.#clock.now()), this.#onTimer);
  }

  readonly #onTimer = () => {
    this.#timerAtMs = Infinity;
    try {
      this.#expire();
    } catch (error) {
      this.#onExpiryFailure(error);
      this.#timerAtMs = this.#clock.now() + expiryRetryMs;
      this.#timer = this.#clock.timer(expiryRetryMs, this.#onTimer);
    }
  };

  #compacted(action: string, prefix: string, revision: number): AgentError {
    return new AgentError(
      storeErrors.store_compacted,
      `Cannot ${action} prefix "${prefix}" from revision ${revision}: the history begins after ` +
        `revision ${this.#table.compactedRevision}; list again and continue from there`,
    );
  }

  #closedError(): AgentError {
    return new AgentError("closed", `Cannot use the ${this.#name}: it has been closed`);
  }
}
