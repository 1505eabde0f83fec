/**
 * A first-in-first-out queue with a bound and a stated policy for when it is full.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";

/** What a full queue does: make the producer wait, lose the oldest item, or refuse the new one. */
export type OverflowPolicy = "block" | "drop_oldest" | "drop_newest";

/** Options of {@linkcode BoundedQueue}. */
export interface BoundedQueueOptions<T> {
  /** Items kept at most, at least 1. */
  capacity: number;
  /** What happens when it is full. Default `block`. */
  policy?: OverflowPolicy;
  /** Told about every item that the policy loses. */
  onDrop?: (item: T) => void;
}

/** One producer side, one consumer side; several of each are fine. */
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

  /** Creates an empty queue. @throws {RangeError} When the capacity is no whole number of at least 1. */
  constructor({ capacity, policy = "block", onDrop }: BoundedQueueOptions<T>) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`Cannot bound a queue at ${capacity}: must be an integer of at least 1`);
    }
    this.#capacity = capacity;
    this.#policy = policy;
    this.#onDrop = onDrop;
  }

  /** Items waiting now. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Items lost to the policy so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item if there is room; false when there is none or the queue is closed. */
  tryPut(item: T): boolean {
    if (this.#closed || this.size >= this.#capacity) return false;
    this.#add(item);
    return true;
  }

  /**
   * Adds an item as the policy says; resolves when it is in the queue or lost.
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

  /** The next item if there is one now. */
  tryTake(): T | undefined {
    return this.size > 0 ? this.#remove() : undefined;
  }

  /** The next item, waiting for it; undefined once the queue is closed and empty. */
  async take({ signal }: { signal?: AbortSignal } = {}): Promise<T | undefined> {
    while (this.size === 0) {
      if (this.#closed) return undefined;
      await waitTurn(this.#takers, signal);
    }
    return this.#remove();
  }

  /** Refuses new items; those inside can still be taken. May be called twice. */
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

/** Waits to be woken by the other side, or for the signal. */
function waitTurn(waiters: (() => void)[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    function wake() {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }
    function onAbort() {
      // Still there: waking removes this listener first.
      waiters.splice(waiters.indexOf(wake), 1);
      reject(signal!.reason);
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    waiters.push(wake);
  });
}
