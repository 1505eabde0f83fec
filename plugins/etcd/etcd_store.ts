/**
 * The contract of `core/keyvalue` over etcd v3.
 *
 * @module
 */
import { type Clock, systemClock } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
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
  type Condition,
  defaultMaxPending,
  defaultPageSize,
  type DeleteOptions,
  type DeleteResult,
  type Entry,
  type KeyValueStore,
  type ListOptions,
  type Operation,
  prefixView,
  type PutOptions,
  type PutResult,
  type Transaction,
  type TransactionResult,
  type WatchOptions,
} from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { entryOf, keyAfter, keyBytes, rangeOf } from "./_pairs.ts";
import { WatchLoop } from "./_watch_loop.ts";
import type { Comparison, EtcdDriver, EtcdTls, Write } from "./driver.ts";
import { isIpAddress, parseEndpoints } from "./endpoints.ts";
import { etcdError } from "./errors.ts";
import { etcdCounters, type EtcdStats } from "./stats.ts";

/** Options of {@linkcode EtcdStore}. */
export interface EtcdStoreOptions {
  /** Servers as `host:port` or URL, at least one. */
  endpoints: readonly string[];
  /** Limit for one call, in milliseconds. Default 3,000. */
  operationTimeoutMs?: number;
  /** Limit for making a connection, in milliseconds. Default 1,000. */
  dialTimeoutMs?: number;
  /** Silence after which the server is asked for a sign of life. Default 6,000 ms, at least 5,000. */
  keepaliveTimeMs?: number;
  /** How long it has to give one. Default 2,000 ms. */
  keepaliveTimeoutMs?: number;
  /** The user to log in as. */
  auth?: { user: string; password: string };
  /** Certificates; needed for `https` endpoints. */
  tls?: EtcdTls;
  /** Source of time for waits and delays. Default: the machine's. */
  clock?: Clock;
  /** Source of jitter. Default `Math.random`. */
  random?: () => number;
  /** Where lost and regained watches are told. Default: nowhere. */
  log?: Logger;
}

/** etcd closes connections that ping more often, unless told otherwise. */
const minKeepaliveMs = 5_000;
/** Longest lease that etcd grants, in seconds. */
const maxLeaseSeconds = 9_000_000_000;

/**
 * A connection to etcd. Creating it connects to nothing; while no server answers, calls fail within the
 * operation timeout with `store_unreachable` or `deadline_exceeded`, and open watches wait. Times to
 * live are whole seconds and not below the server's least, which is about two.
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
  readonly capabilities: Capabilities = Object.freeze({
    ttl: true,
    history: true,
    transactions: true,
  });
  readonly #options: EtcdStoreOptions;
  readonly #endpoints: readonly string[];
  readonly #operationTimeoutMs: number;
  readonly #clock: Clock;
  readonly #counters = etcdCounters();
  readonly #watches = new Set<WatchLoop>();
  readonly #closing = new AbortController();
  #driver: Promise<EtcdDriver> | undefined;
  #answering = true;

  constructor(options: EtcdStoreOptions) {
    const { endpoints, operationTimeoutMs = 3_000, keepaliveTimeMs, tls, clock } = options;
    if (endpoints.length === 0) throw new TypeError("Cannot use etcd: no endpoint is given");
    if (!(operationTimeoutMs > 0)) {
      throw new RangeError(
        `Cannot use etcd: operationTimeoutMs ${operationTimeoutMs}, wanted above 0`,
      );
    }
    if (keepaliveTimeMs !== undefined && keepaliveTimeMs < minKeepaliveMs) {
      throw new RangeError(
        `Cannot use etcd: keepaliveTimeMs ${keepaliveTimeMs}, wanted ${minKeepaliveMs} or more`,
      );
    }
    this.#options = options;
    this.#endpoints = parseEndpoints(endpoints, tls !== undefined);
    checkTls(this.#endpoints, tls);
    this.#operationTimeoutMs = operationTimeoutMs;
    this.#clock = clock ?? systemClock;
  }

  /** Plain numbers for metrics. */
  get stats(): EtcdStats {
    return this.#counters;
  }

  /** Open watches. */
  get watches(): number {
    return this.#watches.size;
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
    const { revision } = await this.#call(
      "read the revision",
      options,
      (driver) => driver.range({ key: keyBytes("revision"), keysOnly: true }),
    );
    return revision;
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
    const result = await this.#commit(`put key "${key}"`, comparisons, [operation], options);
    if (!result.committed) return { written: false, revision: result.revision };
    const [previous] = result.previous[0];
    return {
      written: true,
      revision: result.revision,
      ...previous && { previous: entryOf(previous) },
    };
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<DeleteResult> {
    checkDelete(key, options);
    const { prefix, ifRevision } = options;
    const range = prefix ? rangeOf(key) : { key: keyBytes(key) };
    const comparisons: Comparison[] = ifRevision === undefined
      ? []
      : [{ key: range.key, target: "revision", revision: ifRevision }];
    const { revision, previous } = await this.#call(
      `delete ${prefix ? "prefix" : "key"} "${key}"`,
      options,
      (driver) => driver.commit(comparisons, [{ type: "delete", ...range }]),
    );
    return { deleted: previous.flat().map(entryOf), revision };
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

  async compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options: CallOptions = {},
  ): Promise<boolean> {
    const { committed } = await this.txn({
      conditions: [{ key, value: expected }],
      operations: [{ type: "put", key, value }],
    }, options);
    return committed;
  }

  async compareAndDelete(
    key: string,
    expected: Uint8Array,
    options: CallOptions = {},
  ): Promise<boolean> {
    const { committed } = await this.txn({
      conditions: [{ key, value: expected }],
      operations: [{ type: "delete", key }],
    }, options);
    return committed;
  }

  async watch(prefix: string, options: WatchOptions = {}): Promise<AsyncIterable<ChangeBatch>> {
    checkWatch(prefix, options);
    const { fromRevision, maxPending = defaultMaxPending, signal } = options;
    const loop = await this.#call(`watch prefix "${prefix}"`, options, (driver) =>
      WatchLoop.open({
        driver,
        endpoints: this.#endpoints,
        clock: this.#clock,
        random: this.#options.random ?? Math.random,
        log: this.#options.log,
        counters: this.#counters,
        operationTimeoutMs: this.#operationTimeoutMs,
        prefix,
        fromRevision,
        maxPending,
        signal,
        closing: this.#closing.signal,
        onEnd: (ended) => this.#watches.delete(ended),
      }));
    if (!loop.channel.ended) this.#watches.add(loop);
    return loop.channel;
  }

  async remainingTtlMs(key: string, options: CallOptions = {}): Promise<number | undefined> {
    checkKey("read the time to live of", key);
    return await this.#call(`read the time to live of key "${key}"`, options, async (driver) => {
      const { pairs } = await driver.range({ key: keyBytes(key), keysOnly: true });
      if (pairs.length === 0 || pairs[0].lease === "0") return undefined;
      const seconds = await driver.secondsLeft(pairs[0].lease);
      return seconds === undefined ? undefined : seconds * 1_000;
    });
  }

  withPrefix(prefix: string): KeyValueStore {
    checkPrefix("use", prefix);
    return prefixView(this, prefix);
  }

  /** Asks etcd to forget the history up to a revision, for everybody. */
  async compact(revision: number, options: CallOptions = {}): Promise<void> {
    await this.#call(
      `compact to revision ${revision}`,
      options,
      (driver) => driver.compact(revision),
    );
  }

  /** Ends watches and pending calls with `closed` and lets go of the connection. May be called twice. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const error = new AgentError("closed", "Cannot use the etcd store: it has been closed");
    this.#closing.abort(error);
    const driver = await this.#driver;
    driver?.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async *#list(prefix: string, options: ListOptions): AsyncGenerator<Entry> {
    const { pageSize: limit = defaultPageSize, keysOnly, signal } = options;
    const range = rangeOf(prefix);
    let { revision } = options;
    for (let key = range.key;;) {
      const page = await this.#call(
        `list prefix "${prefix}"`,
        { signal },
        (driver) => driver.range({ key, end: range.end, limit, revision, keysOnly }),
      );
      for (const pair of page.pairs) yield entryOf(pair);
      if (page.pairs.length < limit) return;
      revision ??= page.revision;
      key = keyAfter(page.pairs[page.pairs.length - 1].key);
    }
  }

  /** A transaction with its leases; those of one that did nothing are given back. */
  #commit(
    action: string,
    comparisons: readonly Comparison[],
    operations: readonly Operation[],
    options: CallOptions,
  ) {
    return this.#call(action, options, async (driver) => {
      const writes: Write[] = [];
      for (const operation of operations) writes.push(await writeOf(operation, driver));
      const result = await driver.commit(comparisons, writes);
      if (!result.committed) await this.#giveBack(driver, writes);
      return result;
    });
  }

  async #giveBack(driver: EtcdDriver, writes: readonly Write[]): Promise<void> {
    for (const write of writes) {
      if (write.type === "delete" || write.lease === undefined) continue;
      try {
        await driver.revoke(write.lease);
      } catch (error) {
        // Nothing hangs on this lease, and it ends by itself.
        this.#options.log?.debug("Cannot revoke an unused lease", { reason: describeError(error) });
      }
    }
  }

  /** One call: counted, ended by its signal and by {@linkcode close}, its errors translated. */
  async #call<T>(
    action: string,
    { signal }: CallOptions,
    work: (driver: EtcdDriver) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    this.#closing.signal.throwIfAborted();
    this.#counters.calls++;
    const ended = AbortSignal.any(signal ? [signal, this.#closing.signal] : [this.#closing.signal]);
    const settled = new AbortController();
    try {
      const result = await Promise.race([
        this.#connected().then(work),
        interrupted(ended, settled.signal),
      ]);
      this.#answered();
      return result;
    } catch (cause) {
      ended.throwIfAborted();
      throw this.#failed(etcdError(action, this.#endpoints, cause));
    } finally {
      settled.abort();
    }
  }

  /** The driver, loaded with the first call: an agent that never calls does not load the client. */
  #connected(): Promise<EtcdDriver> {
    this.#driver ??= import("./_etcd3_driver.ts").then(({ createDriver }) => {
      const {
        dialTimeoutMs = 1_000,
        keepaliveTimeMs = 6_000,
        keepaliveTimeoutMs = 2_000,
        auth,
        tls,
      } = this.#options;
      return createDriver({
        endpoints: this.#endpoints,
        operationTimeoutMs: this.#operationTimeoutMs,
        dialTimeoutMs,
        keepaliveTimeMs,
        keepaliveTimeoutMs,
        auth,
        tls,
      });
    });
    return this.#driver;
  }

  #answered(): void {
    if (!this.#answering) this.#counters.reconnects++;
    this.#answering = true;
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof AgentError)) return error;
    const { failures } = this.#counters;
    failures[error.code] = (failures[error.code] ?? 0) + 1;
    if (error.code === "store_unreachable" || error.code === "deadline_exceeded") {
      this.#answering = false;
    }
    return error;
  }
}

/** Rejects when `signal` aborts; forgets about it when the call has settled. */
function interrupted(signal: AbortSignal, settled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true, signal: settled });
    if (signal.aborted) onAbort();
  });
}

async function writeOf(operation: Operation, driver: EtcdDriver): Promise<Write> {
  const key = keyBytes(operation.key);
  if (operation.type === "delete") return { type: "delete", key };
  const { value, ttlMs } = operation;
  if (ttlMs === undefined) return { type: "put", key, value };
  const seconds = Math.min(Math.ceil(ttlMs / 1_000), maxLeaseSeconds);
  return { type: "put", key, value, lease: await driver.grant(seconds) };
}

function comparisonOf(condition: Condition): Comparison {
  const key = keyBytes(condition.key);
  if ("exists" in condition) return { key, target: "exists", exists: condition.exists };
  if ("revision" in condition) return { key, target: "revision", revision: condition.revision };
  return { key, target: "value", value: condition.value };
}

function checkTls(endpoints: readonly string[], tls: EtcdTls | undefined): void {
  const secure = endpoints[0].startsWith("https:");
  if (tls && !secure) {
    throw new TypeError(
      `Cannot use etcd: certificates are given, but ${endpoints[0]} is not https`,
    );
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError("Cannot use etcd: give the client's certificate and its key, or neither");
  }
  const address = secure && !tls?.serverName && endpoints.find(isIpAddress);
  if (address) {
    throw new TypeError(
      `Cannot use etcd at ${address}: with TLS and an IP address, set the server's name (tls_server_name)`,
    );
  }
}
