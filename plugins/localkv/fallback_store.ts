/**
 * The store in memory that stands in for the embedded store while its file cannot be opened, and moves into the file
 * once it can.
 *
 * Entries in memory replace those of the same key in the file, because they are newer; other entries of the file stay.
 * Calls made during the move wait for it, so that none is lost. Revisions are those of the file afterwards: open watches
 * end with `store_compacted`, after which their readers list again.
 *
 * @module
 */
import { AgentError } from "../../core/errors/mod.ts";
import {
  type CallOptions,
  type Capabilities,
  type ChangeBatch,
  checkList,
  checkPrefix,
  type DeleteOptions,
  type DeleteResult,
  type Entry,
  type KeyValueStore,
  type ListOptions,
  prefixView,
  type PutOptions,
  type PutResult,
  type RevisionStore,
  storeErrors,
  type Transaction,
  type TransactionResult,
  type WatchOptions,
} from "../../core/keyvalue/mod.ts";

/** A store in memory that can move into another store while it is used. */
export class FallbackStore implements KeyValueStore, AsyncDisposable {
  #store: RevisionStore;
  #moving: Promise<unknown> | undefined;
  readonly #moved = new AbortController();
  /** Lists of the store in memory that are being read; it is closed after the last one. */
  #lists = 0;
  #left: RevisionStore | undefined;

  /** Takes ownership of the store in memory. */
  constructor(memory: RevisionStore) {
    this.#store = memory;
  }

  /** The store in use: the one in memory or, after the move, the other one. */
  get current(): RevisionStore {
    return this.#store;
  }

  get capabilities(): Capabilities {
    return this.#store.capabilities;
  }

  /**
   * Copies all entries into `target`, with what is left of their times to live, and uses it from then on; takes
   * ownership of it. When copying fails, the store in memory stays in use and `target` belongs to the caller.
   */
  async moveTo(target: RevisionStore): Promise<void> {
    const copying = copyEntries(this.#store, target);
    this.#moving = copying.catch(() => {}); // Those who wait only need to know that it has ended.
    try {
      await copying;
      this.#left = this.#store;
      this.#store = target;
    } finally {
      this.#moving = undefined;
    }
    this.#moved.abort();
    await this.#closeLeft();
  }

  get(key: string, options?: CallOptions): Promise<Entry | undefined> {
    return this.#call((store) => store.get(key, options));
  }

  list(prefix: string, options: ListOptions = {}): AsyncIterable<Entry> {
    checkList(prefix, options);
    return this.#list(prefix, options);
  }

  revision(options?: CallOptions): Promise<number> {
    return this.#call((store) => store.revision(options));
  }

  put(key: string, value: Uint8Array, options?: PutOptions): Promise<PutResult> {
    return this.#call((store) => store.put(key, value, options));
  }

  delete(key: string, options?: DeleteOptions): Promise<DeleteResult> {
    return this.#call((store) => store.delete(key, options));
  }

  txn(transaction: Transaction, options?: CallOptions): Promise<TransactionResult> {
    return this.#call((store) => store.txn(transaction, options));
  }

  compareAndSwap(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options?: CallOptions,
  ): Promise<boolean> {
    return this.#call((store) => store.compareAndSwap(key, expected, value, options));
  }

  compareAndDelete(key: string, expected: Uint8Array, options?: CallOptions): Promise<boolean> {
    return this.#call((store) => store.compareAndDelete(key, expected, options));
  }

  watch(prefix: string, options: WatchOptions = {}): Promise<AsyncIterable<ChangeBatch>> {
    return this.#call(async (store) => {
      if (this.#moved.signal.aborted) return await store.watch(prefix, options);
      const signals = [this.#moved.signal, ...options.signal ? [options.signal] : []];
      const batches = await store.watch(prefix, { ...options, signal: AbortSignal.any(signals) });
      return untilMoved(batches, () => {
        if (!this.#moved.signal.aborted || options.signal?.aborted) return;
        throw new AgentError(
          storeErrors.store_compacted,
          `Cannot watch prefix "${prefix}": the store in memory was moved into its file; list again`,
        );
      });
    });
  }

  remainingTtlMs(key: string, options?: CallOptions): Promise<number | undefined> {
    return this.#call((store) => store.remainingTtlMs(key, options));
  }

  withPrefix(prefix: string): KeyValueStore {
    checkPrefix("use", prefix);
    return prefixView(this, prefix);
  }

  /** Closes the store in use, after a move in progress. Calling it again has no effect. */
  async close(): Promise<void> {
    await this.#moving;
    this.#lists = 0;
    await this.#closeLeft();
    await this.#store.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Makes a call at once or, during the move, after it. */
  #call<T>(work: (store: RevisionStore) => Promise<T>): Promise<T> {
    return this.#moving ? this.#moving.then(() => this.#call(work)) : work(this.#store);
  }

  async *#list(prefix: string, options: ListOptions): AsyncGenerator<Entry> {
    while (this.#moving) await this.#moving;
    const store = this.#store;
    this.#lists++;
    try {
      yield* store.list(prefix, options);
    } finally {
      this.#lists--;
      await this.#closeLeft();
    }
  }

  async #closeLeft(): Promise<void> {
    if (this.#lists > 0) return;
    const left = this.#left;
    this.#left = undefined;
    await left?.close();
  }
}

async function copyEntries(from: KeyValueStore, to: KeyValueStore): Promise<void> {
  for await (const { key, value } of from.list("")) {
    const ttlMs = await from.remainingTtlMs(key);
    // It has expired since the list began.
    if (ttlMs === undefined && !await from.get(key)) continue;
    await to.put(key, value, { ttlMs });
  }
}

/**
 * The batches; calls `onEnd` before their end, which may throw. Not a generator, whose `return()` would wait for a
 * pending `next()`.
 */
function untilMoved(
  batches: AsyncIterable<ChangeBatch>,
  onEnd: () => void,
): AsyncIterableIterator<ChangeBatch, undefined> {
  const iterator = batches[Symbol.asyncIterator]();
  const end = { done: true, value: undefined } as const;
  return {
    async next() {
      const item = await iterator.next();
      if (!item.done) return item;
      onEnd();
      return end;
    },
    async return() {
      await iterator.return?.();
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
