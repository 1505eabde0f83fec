/**
 * The key-value contract on etcd v3.
 *
 * @module
 */
import { type Clock, systemClock } from "../../core/async/mod.ts";
import { AgentError } from "../../core/errors/mod.ts";
import {
  type CallOptions,
  type Capabilities,
  type ChangeBatch,
  checkDelete,
  checkKey,
  checkList,
  checkPrefix,
  checkPut,
  checkTransaction,
  checkWatch,
  defaultMaxDeletedBytes,
  defaultMaxPending,
  defaultMaxPendingBytes,
  defaultMaxWatchBytes,
  deleteBy,
  type DeleteOptions,
  type DeleteResult,
  deleteResult,
  type Entry,
  entryBytes,
  type KeyValueStore,
  type ListOptions,
  type Operation,
  PendingBudget,
  prefixView,
  type PutOptions,
  type PutResult,
  swapBy,
  type Transaction,
  type TransactionResult,
  type WatchOptions,
} from "../../core/keyvalue/mod.ts";
import { entryOf, keyBytes, rangeOf } from "./_pairs.ts";
import { unlessAborted } from "./_unless_aborted.ts";
import { WatchLoop } from "./watch_loop.ts";
import { comparisonOf, writeOf } from "./_writes.ts";
import type { Comparison, DriverOptions, EtcdDriver, Write } from "./driver.ts";
import { etcdError, isPermissionDenied } from "./errors.ts";
import { checkOptions, type EtcdStoreOptions } from "./options.ts";
import { Pages } from "./pages.ts";
import { remainingTtlMs } from "./remaining_ttl.ts";
import { etcdCounters, type EtcdStats } from "./stats.ts";

/** A key to read when only the revision in the response is of interest; it need not exist. */
const anyKey = keyBytes("revision");

/**
 * A client of etcd. It connects with the first call. While no server answers, calls fail within the operation
 * timeout with `store_unreachable` or `deadline_exceeded`, and open watches wait. Times to live are rounded
 * up to whole seconds and to the server's minimum, about two seconds.
 *
 * @example
 * ```ts
 * import { EtcdStore } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using store = new EtcdStore({ endpoints: ["127.0.0.1:1"] });
 * await assert.rejects(store.get("a"), { code: "store_unreachable" });
 * ```
 */
export class EtcdStore implements KeyValueStore, AsyncDisposable {
  /** All capabilities. */
  readonly capabilities: Capabilities = Object.freeze({
    ttl: true,
    history: true,
    transactions: true,
  });
  readonly #options: EtcdStoreOptions;
  readonly #driverOptions: DriverOptions;
  readonly #clock: Clock;
  readonly #counters = etcdCounters();
  readonly #watches = new Set<WatchLoop>();
  readonly #watchBudget: PendingBudget;
  readonly #closing = new AbortController();
  #driver: Promise<EtcdDriver> | undefined;
  #isAnswering = true;
  #mayReadAnyKey = true;

  /**
   * Checks the options; connects to nothing yet.
   *
   * @throws {TypeError | RangeError} When options are invalid or contradict each other.
   */
  constructor(options: EtcdStoreOptions) {
    this.#options = options;
    this.#driverOptions = checkOptions(options);
    this.#clock = options.clock ?? systemClock;
    this.#watchBudget = new PendingBudget(options.maxWatchBytes ?? defaultMaxWatchBytes);
  }

  /** Statistics, for metrics. */
  get stats(): EtcdStats {
    return this.#counters;
  }

  /** Number of open watches. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Bytes that the watches keep for slow readers. */
  get watchPendingBytes(): number {
    return this.#watchBudget.bytes;
  }

  async get(key: string, options: CallOptions = {}): Promise<Entry | undefined> {
    checkKey("get", key);
    const { pairs } = await this.#call(
      `get key "${key}"`,
      options,
      (driver) => driver.range({ key: keyBytes(key) }),
    );
    return pairs.length > 0 ? entryOf(pairs[0]) : undefined;
  }

  list(prefix: string, options: ListOptions = {}): AsyncIterable<Entry> {
    checkList(prefix, options);
    return this.#list(prefix, options);
  }

  async revision(options: CallOptions = {}): Promise<number> {
    return await this.#call("read the revision", options, async (driver) => {
      if (this.#mayReadAnyKey) {
        try {
          const { revision } = await driver.range({ key: anyKey, keysOnly: true });
          return revision;
        } catch (error) {
          if (!isPermissionDenied(error)) throw error;
          this.#mayReadAnyKey = false;
        }
      }
      // Works without any permission. Unlike a read, it does not need a quorum.
      const { revision } = await driver.commit([], []);
      return revision;
    });
  }

  async put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<PutResult> {
    checkPut(key, options);
    const { ttlMs, ifAbsent, ifRevision } = options;
    const comparisons: Comparison[] = [];
    if (ifAbsent) comparisons.push({ key: keyBytes(key), target: "exists", exists: false });
    if (ifRevision !== undefined) {
      comparisons.push({ key: keyBytes(key), target: "revision", revision: ifRevision });
    }
    const operation: Operation = { type: "put", key, value, ttlMs };
    const result = await this.#commit(`put key "${key}"`, comparisons, [operation], {
      ...options,
      isPreviousWanted: true,
    });
    if (!result.committed) return { written: false, revision: result.revision };
    const [previous] = result.previous;
    return {
      written: true,
      revision: result.revision,
      ...previous && { previous: entryOf(previous) },
    };
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<DeleteResult> {
    checkDelete(key, options);
    if (options.prefix) return await this.#deletePrefix(key, options);
    const { ifRevision } = options;
    const bytes = keyBytes(key);
    const comparisons: Comparison[] = ifRevision === undefined
      ? []
      : [{ key: bytes, target: "revision", revision: ifRevision }];
    const { revision, previous } = await this.#call(
      `delete key "${key}"`,
      options,
      (driver) =>
        driver.commit(comparisons, [{ type: "delete", key: bytes, isPreviousWanted: true }]),
    );
    return deleteResult(previous.map(entryOf), revision, options);
  }

  async txn(transaction: Transaction, options: CallOptions = {}): Promise<TransactionResult> {
    checkTransaction(transaction);
    const { conditions = [], operations } = transaction;
    const { committed, revision } = await this.#commit(
      "run transaction",
      conditions.map(comparisonOf),
      operations,
      options,
    );
    return { committed, revision };
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

  async watch(prefix: string, options: WatchOptions = {}): Promise<AsyncIterable<ChangeBatch>> {
    checkWatch(prefix, options);
    const { fromRevision, maxPending = defaultMaxPending, signal } = options;
    const { maxPendingBytes = defaultMaxPendingBytes } = options;
    const loop = await this.#call(`watch prefix "${prefix}"`, options, (driver) =>
      WatchLoop.open({
        driver,
        endpoints: this.#driverOptions.endpoints,
        clock: this.#clock,
        random: this.#options.random ?? Math.random,
        log: this.#options.log,
        counters: this.#counters,
        operationTimeoutMs: this.#driverOptions.operationTimeoutMs,
        prefix,
        fromRevision,
        maxPending,
        maxPendingBytes,
        budget: this.#watchBudget,
        signal,
        closing: this.#closing.signal,
        onEnd: (ended) => this.#watches.delete(ended),
      }));
    if (!loop.channel.isEnded) this.#watches.add(loop);
    return loop.channel;
  }

  async remainingTtlMs(key: string, options: CallOptions = {}): Promise<number | undefined> {
    checkKey("read the time to live of", key);
    return await this.#call(
      `read the time to live of key "${key}"`,
      options,
      (driver) => remainingTtlMs(driver, keyBytes(key)),
    );
  }

  withPrefix(prefix: string): KeyValueStore {
    checkPrefix("use", prefix);
    return prefixView(this, prefix);
  }

  /** Compacts the history of the server up to a revision, for all its clients. */
  async compact(revision: number, options: CallOptions = {}): Promise<void> {
    await this.#call(
      `compact to revision ${revision}`,
      options,
      (driver) => driver.compact(revision),
    );
  }

  /** Ends watches and pending calls with `closed` and disconnects. Calling it again has no effect. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const error = new AgentError("closed", "Cannot use the etcd store: it has been closed");
    this.#closing.abort(error);
    // A driver that could not be loaded has nothing to close.
    const driver = await this.#driver?.catch(() => undefined);
    driver?.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Deletes without reading, so that it is atomic whatever other clients write at the same time, then reads what it
   * deleted as of the revision before, in pages.
   */
  async #deletePrefix(prefix: string, options: DeleteOptions): Promise<DeleteResult> {
    const { maxBytes = defaultMaxDeletedBytes, keysOnly, signal } = options;
    const { revision, deleted: count } = await this.#call(
      `delete prefix "${prefix}"`,
      options,
      (driver) => driver.commit([], [{ type: "delete", ...rangeOf(prefix) }]),
    );
    const deleted: Entry[] = [];
    let bytes = 0;
    try {
      if (count > 0 && maxBytes > 0) {
        const range = { revision: revision - 1, pageBytes: maxBytes, keysOnly, signal };
        for await (const entry of this.#list(prefix, range)) {
          deleted.push(entry);
          bytes += entryBytes(entry);
          if (bytes >= maxBytes) break;
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      this.#options.log?.warn(`Deleted ${count} keys, but cannot read all that they were`, {
        prefix,
        error,
      });
    }
    return { deleted, count, isCut: deleted.length < count, revision };
  }

  async *#list(prefix: string, options: ListOptions): AsyncGenerator<Entry> {
    const { keysOnly, signal } = options;
    const pages = new Pages(rangeOf(prefix), options);
    while (!pages.isDone) {
      const { request } = pages;
      const page = await this.#call(
        `list prefix "${prefix}"`,
        { signal },
        (driver) => driver.range({ ...request, keysOnly }).catch((error) => pages.shrink(error)),
      );
      if (!page) continue;
      pages.received(page);
      for (const pair of page.pairs) yield entryOf(pair);
    }
  }

  /** Runs a transaction with its leases; revokes them when the transaction wrote nothing. */
  #commit(
    action: string,
    comparisons: readonly Comparison[],
    operations: readonly Operation[],
    options: CallOptions & { readonly isPreviousWanted?: boolean },
  ) {
    return this.#call(action, options, async (driver) => {
      const { isPreviousWanted } = options;
      const writes: Write[] = [];
      for (const operation of operations) {
        writes.push({ ...await writeOf(operation, driver), isPreviousWanted });
      }
      const result = await driver.commit(comparisons, writes);
      if (!result.committed) await this.#revokeUnused(driver, writes);
      return result;
    });
  }

  async #revokeUnused(driver: EtcdDriver, writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      if (write.type === "delete" || write.lease === undefined) continue;
      try {
        await driver.revoke(write.lease);
      } catch (error) {
        // No key uses this lease, and it expires.
        this.#options.log?.debug("Cannot revoke an unused lease", { error });
      }
    }
  }

  /** Makes one call: counts it, aborts it with its signal or {@linkcode close}, and translates its error. */
  async #call<T>(
    action: string,
    { signal }: CallOptions,
    work: (driver: EtcdDriver) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    this.#counters.calls++;
    const signals = signal ? [signal, this.#closing.signal] : [this.#closing.signal];
    try {
      const result = await unlessAborted(this.#connected().then(work), signals);
      this.#answered();
      return result;
    } catch (cause) {
      for (const ended of signals) ended.throwIfAborted();
      throw this.#failed(etcdError(action, this.#driverOptions.endpoints, cause));
    }
  }

  /** Returns the driver; loads it with the first call, so that an agent without etcd never loads it. */
  #connected(): Promise<EtcdDriver> {
    if (this.#driver) return this.#driver;
    const driver = import("./_etcd3_driver.ts")
      .then(({ createDriver }) => createDriver(this.#driverOptions));
    // The library may have to be downloaded. After a failure, the next call loads it again.
    driver.catch(() => this.#driver = undefined);
    this.#driver = driver;
    return driver;
  }

  #answered(): void {
    if (!this.#isAnswering) this.#counters.reconnects++;
    this.#isAnswering = true;
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof AgentError)) return error;
    const { failures } = this.#counters;
    failures[error.code] = (failures[error.code] ?? 0) + 1;
    if (error.code === "store_unreachable" || error.code === "deadline_exceeded") {
      this.#isAnswering = false;
    }
    return error;
  }
}
