/**
 * A first-in-first-out queue with a capacity and an overflow policy.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";

/** What a full queue does: `block` makes the producer wait, the others drop the oldest or the new item. */
export type OverflowPolicy = "block" | "drop_oldest" | "drop_newest";

/** Options of {@linkcode BoundedQueue}. */
export interface BoundedQueueOptions<T> {
  /** Maximum number of items, at least 1. */
  capacity: number;
  /** What happens when it is full. Default `block`. */
  policy?: OverflowPolicy;
  /** Called with each item dropped because the queue is full. */
  onDrop?: (item: T) => void;
}

/**
 * A bounded queue between producers and consumers, any number of each.
 *
 * @example
 * ```ts
 * import { BoundedQueue } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const queue = new BoundedQueue<string>({ capacity: 2, policy: "drop_oldest" });
 * for (const item of ["a", "b", "c"]) await queue.put(item);
 * queue.close();
 * assert.deepEqual([await Array.fromAsync(queue), queue.dropped], [["b", "c"], 1]);
 * ```
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #policy: OverflowPolicy;
  readonly #onDrop: ((item: T) => void) | undefined;
  #items: (T | undefined)[] = [];
  #head = 0;
  #closed = false;
  #dropped = 0;
  #takers: (() => void)[] = [];
  #putters: (() => void)[] = [];

  /** Creates an empty queue. @throws {RangeError} When the capacity is not an integer of at least 1. */
  constructor({ capacity, policy = "block", onDrop }: BoundedQueueOptions<T>) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`Cannot bound a queue at ${capacity}: must be an integer of at least 1`);
    }
    this.#capacity = capacity;
    this.#policy = policy;
    this.#onDrop = onDrop;
  }

  /** Number of items waiting now. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Number of items dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item if there is room. Returns false when the queue is full or closed. */
  tryPut(item: T): boolean {
    if (this.#closed || this.size >= this.#capacity) return false;
    this.#add(item);
    return true;
  }

  /**
   * Adds an item and applies the policy when the queue is full. Resolves when an item was added or dropped.
   *
   * @throws {AgentError} `closed` after {@linkcode close}.
   */
  async put(item: T, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    while (!this.#closed && this.size >= this.#capacity) {
      if (this.#policy === "drop_newest") return this.#drop(item);
      if (this.#policy === "drop_oldest") {
        this.#drop(this.#remove());
      } else {
        await waitTurn(this.#putters, signal);
      }
    }
    if (this.#closed) throw new AgentError("closed", "Cannot put an item: the queue is closed");
    this.#add(item);
  }

  /** Takes the next item; undefined when the queue is empty. */
  tryTake(): T | undefined {
    return this.size > 0 ? this.#remove() : undefined;
  }

  /** Takes the next item and waits for it; undefined once the queue is closed and empty. */
  async take({ signal }: { signal?: AbortSignal } = {}): Promise<T | undefined> {
    while (this.size === 0) {
      if (this.#closed) return undefined;
      await waitTurn(this.#takers, signal);
    }
    return this.#remove();
  }

  /** Refuses new items; items in the queue can still be taken. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const wake of [...this.#takers.splice(0), ...this.#putters.splice(0)]) wake();
  }

  /** Takes items until the queue is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      if (this.size === 0 && this.#closed) return;
      const item = await this.take();
      if (item === undefined && this.#closed && this.size === 0) return;
      yield item as T;
    }
  }

  #add(item: T): void {
    this.#items.push(item);
    this.#takers.shift()?.();
  }

  #remove(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head++] = undefined;
    if (this.#head >= 1_024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#putters.shift()?.();
    return item;
  }

  #drop(item: T): void {
    this.#dropped++;
    this.#onDrop?.(item);
  }
}

/** Waits until the other side calls `wake`, or the signal aborts. */
function waitTurn(waiters: (() => void)[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    function wake() {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }
    function onAbort() {
      // `wake` is still in the list, because it removes this listener when it is called.
      waiters.splice(waiters.indexOf(wake), 1);
      reject(signal!.reason);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    waiters.push(wake);
  });
}
