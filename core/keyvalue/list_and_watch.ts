/**
 * Yields a snapshot, then every change; after a gap it lists again and yields the difference, deletes
 * included, as one batch. A gap arises when the history was compacted, the store was unreachable, or the
 * reader was too slow.
 *
 * While no change arrives, it reads the revision of the store from time to time, because an idle watch
 * looks the same whether the store has no changes or does not answer.
 *
 * @module
 */
import { backoff, type BackoffOptions, type Clock, deadline, systemClock } from "../async/mod.ts";
import { describeError, hasCode } from "../errors/mod.ts";
import type { Logger } from "../log/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { checkList, checkWatch } from "./check.ts";
import type { ChangeBatch, Entry, KeyValueStore, SyncEvent } from "./contract.ts";
import { SyncedEntries } from "./_synced_entries.ts";

/** Whether the entries that the reader received are up to date. */
export interface SyncState {
  /** `syncing` until the first snapshot, `synced` while the store answers, `stale` while it does not. */
  readonly state: "syncing" | "synced" | "stale";
  /** When this state began, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** Why the state is `stale`. */
  readonly reason?: string;
  /** How often the prefix was listed again so far. */
  readonly resyncs: number;
}

/** Options of {@linkcode listAndWatch}. */
export interface ListAndWatchOptions {
  /** Ends the iteration without an error. */
  signal?: AbortSignal;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Logger for lost and regained synchronisation. Default: none. */
  log?: Logger;
  /** Called with the new state after each change of state. It must not throw. */
  onState?: (state: SyncState) => void;
  /** Delays between attempts. Default 100 ms to 5 s; it retries until the signal aborts. */
  backoff?: BackoffOptions;
  /**
   * Interval, and time limit, of reading the revision to check that the store answers, in milliseconds or as a text
   * such as `"5s"`. Default `"5s"`.
   */
  probeMs?: Duration;
  /** Maximum changes kept for a slow reader; beyond it the prefix is listed again. Default 4,096. */
  maxPending?: number;
  /** Maximum bytes of these changes. Default 16 MiB. */
  maxPendingBytes?: number;
  /** Entries fetched per round trip. Default 500. */
  pageSize?: number;
  /** Maximum bytes fetched per round trip. Default 1 MiB. */
  pageBytes?: number;
  /**
   * Keep a copy of all values, so that the changes found by listing again have `previous`. Default true. With false
   * only a checksum of each value is kept, and these changes have none.
   */
  keepValues?: boolean;
}

/**
 * Yields one snapshot of the prefix, then its changes in order, until the signal aborts. Only a closed
 * store, a missing capability and misuse end it with an error; after any other failure it retries. It keeps
 * a copy of all entries below the prefix, to compute differences; with `keepValues: false` without their values.
 *
 * @example
 * ```ts
 * import { listAndWatch, memoryStore, textCodec } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using store = memoryStore();
 * await store.put("a/1", textCodec.encode("one"));
 * for await (const event of listAndWatch(store, "a/")) {
 *   if (event.type !== "snapshot") continue;
 *   assert.deepEqual(event.entries.map((entry) => entry.key), ["a/1"]);
 *   break;
 * }
 * ```
 */
export function listAndWatch(
  store: KeyValueStore,
  prefix: string,
  options: ListAndWatchOptions = {},
): AsyncIterable<SyncEvent> {
  const { probeMs = defaultProbe, maxPending, maxPendingBytes, pageSize, pageBytes } = options;
  checkWatch(prefix, { maxPending, maxPendingBytes });
  checkList(prefix, { pageSize, pageBytes });
  if (!(milliseconds(probeMs, "probeMs") > 0)) {
    throw new RangeError(`Cannot watch prefix "${prefix}": probeMs ${probeMs}, wanted above 0`);
  }
  return { [Symbol.asyncIterator]: () => new Sync(store, prefix, options).events() };
}

const defaultProbe: Duration = "5s";

/** Start of a session: all entries, and a watch that continues after their revision. */
interface Start {
  readonly revision: number;
  readonly entries: readonly Entry[];
  readonly batches: AsyncIterable<ChangeBatch>;
}

class Sync {
  readonly #store: KeyValueStore;
  readonly #prefix: string;
  readonly #options: ListAndWatchOptions;
  readonly #clock: Clock;
  readonly #entries: SyncedEntries;
  #state: SyncState;
  #sessions = 0;

  constructor(store: KeyValueStore, prefix: string, options: ListAndWatchOptions) {
    this.#store = store;
    this.#prefix = prefix;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#entries = new SyncedEntries({ keepsValues: options.keepValues ?? true });
    this.#state = { state: "syncing", sinceMs: this.#clock.now(), resyncs: 0 };
  }

  async *events(): AsyncGenerator<SyncEvent, undefined> {
    const { signal } = this.#options;
    const delays = backoff({ min: 100, max: 5_000, ...this.#options.backoff });
    while (!signal?.aborted) {
      try {
        for await (const event of this.#session()) {
          yield event;
          delays.reset();
        }
        if (!signal?.aborted) this.#lost(new Error("the watch ended"));
      } catch (error) {
        if (signal?.aborted) return;
        if (isFinal(error)) throw error;
        this.#lost(error);
      }
      if (!await this.#pause(delays.next())) return;
    }
  }

  /** Lists once, then watches until the watch ends or fails. */
  async *#session(): AsyncGenerator<SyncEvent> {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.#options.signal ?? controller.signal]);
    let probing: Promise<void> | undefined;
    try {
      const { revision, entries, batches } = await this.#start(signal);
      const changes = this.#entries.replace(entries, revision);
      const first = this.#sessions++ === 0;
      this.#enter("synced");
      if (first) yield { type: "snapshot", revision, entries };
      else if (changes.length > 0) yield { type: "changes", revision, changes, resync: true };
      probing = this.#probe(signal);
      for await (const batch of batches) {
        const changes = this.#entries.apply(batch.changes);
        this.#enter("synced");
        if (changes.length === 0) continue;
        yield { type: "changes", revision: batch.revision, changes, resync: false };
      }
    } finally {
      controller.abort();
      await probing;
    }
  }

  /** Without history the watch is opened before the list; changes seen by both are filtered out later. */
  async #start(signal: AbortSignal): Promise<Start> {
    const { maxPending, maxPendingBytes, pageSize, pageBytes } = this.#options;
    const store = this.#store;
    if (!store.capabilities.history) {
      const batches = await store.watch(this.#prefix, { signal, maxPending, maxPendingBytes });
      const revision = await store.revision({ signal });
      const entries = await Array.fromAsync(
        store.list(this.#prefix, { signal, pageSize, pageBytes }),
      );
      return { revision, entries, batches };
    }
    const revision = await store.revision({ signal });
    const entries = revision === 0
      ? []
      : await Array.fromAsync(store.list(this.#prefix, { signal, pageSize, pageBytes, revision }));
    const batches = await store.watch(this.#prefix, {
      signal,
      maxPending,
      maxPendingBytes,
      fromRevision: revision + 1,
    });
    return { revision, entries, batches };
  }

  /** Reads the revision from time to time; the outcome only sets the state. */
  async #probe(signal: AbortSignal): Promise<void> {
    const probeMs = milliseconds(this.#options.probeMs ?? defaultProbe, "probeMs");
    const action = `reach the store of prefix "${this.#prefix}"`;
    for await (const _ of this.#clock.every(probeMs, { signal })) {
      try {
        await deadline((limit) => this.#store.revision({ signal: limit }), probeMs, {
          action,
          clock: this.#clock,
          signal,
        });
        this.#enter("synced");
      } catch (error) {
        if (!signal.aborted) this.#enter("stale", describeError(error));
      }
    }
  }

  /** Waits before the next attempt; returns false when the signal aborted. */
  async #pause(delayMs: number): Promise<boolean> {
    const { signal } = this.#options;
    try {
      await this.#clock.sleep(delayMs, { signal });
      return true;
    } catch (error) {
      if (signal?.aborted) return false;
      throw error;
    }
  }

  #lost(error: unknown): void {
    this.#enter("stale", describeError(error));
  }

  #enter(state: SyncState["state"], reason?: string): void {
    if (state === this.#state.state) return;
    const resyncs = Math.max(0, this.#sessions - 1);
    this.#state = { state, sinceMs: this.#clock.now(), resyncs, ...reason && { reason } };
    const fields = { prefix: this.#prefix, resyncs, ...reason && { reason } };
    if (state === "stale") this.#options.log?.warn("Watch lost; resyncing", fields);
    else this.#options.log?.info("Watch in sync", fields);
    this.#options.onState?.(this.#state);
  }
}

/** Whether a retry cannot help: misuse, a closed store, or a store that cannot watch. */
function isFinal(error: unknown): boolean {
  return hasCode(error, "closed") || hasCode(error, "unsupported") ||
    error instanceof TypeError || error instanceof RangeError;
}
