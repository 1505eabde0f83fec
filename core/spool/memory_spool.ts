/**
 * Queues in memory under one bound, for programs that can use no folder, and for tests.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { bytes, type Size } from "../units/mod.ts";
import { BufferPool } from "./_buffer_pool.ts";
import { Budget } from "./_budget.ts";
import { Health, type QueueContext } from "./_context.ts";
import { Quarantine } from "./_quarantine.ts";
import { Queue } from "./_queue.ts";
import { nothingRecovered } from "./_recovery.ts";
import type { SpoolEvent } from "./events.ts";
import { diskFs } from "./fs.ts";
import type { SpoolFullPolicy, SpoolQueue } from "./options.ts";

/** Options of {@linkcode MemorySpool}. */
export interface MemorySpoolOptions {
  /** Maximum bytes of all queues together. Default `"64MiB"`. */
  maxBytes?: Size;
  /** What happens when the bound is reached. Default `"block"`. */
  whenFull?: SpoolFullPolicy;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Called with each event; there are only `dropped`, `full` and `room`. It must not throw. */
  onEvent?: (event: SpoolEvent) => void;
}

const maxQueues = 64;
const minBytes = 1_024;

/**
 * The same queues as those of a {@linkcode Spool}, without a folder: what is in them is lost when the process ends.
 *
 * @example
 * ```ts
 * import { MemorySpool } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using spool = new MemorySpool({ maxBytes: "1MiB" });
 * const queue = spool.queue("logs");
 * await queue.append(new TextEncoder().encode("a\nb\n"), 2);
 * assert.equal(queue.records, 2);
 * ```
 */
export class MemorySpool implements AsyncDisposable {
  readonly #whenFull: SpoolFullPolicy;
  readonly #clock: Clock;
  readonly #onEvent: (event: SpoolEvent) => void;
  readonly #budget: Budget;
  readonly #quarantine: Quarantine;
  readonly #buffers = new BufferPool();
  readonly #queues = new Map<string, Queue>();
  #isClosed = false;

  /** Creates a spool without queues. @throws {RangeError} When `maxBytes` is less than 1 KiB. */
  constructor(options: MemorySpoolOptions = {}) {
    const { maxBytes = "64MiB", whenFull = "block", clock = systemClock } = options;
    const { onEvent = () => {} } = options;
    this.#whenFull = whenFull;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#budget = new Budget(bytes(maxBytes, "maxBytes", { min: minBytes }));
    this.#quarantine = new Quarantine(diskFs, "", this.#budget);
  }

  /** The queues by name. */
  get queues(): ReadonlyMap<string, SpoolQueue> {
    return this.#queues;
  }

  /** Bytes of all queues. At most `maxBytes`. */
  get bytes(): number {
    return this.#budget.used;
  }

  /** The bound in bytes. */
  get maxBytes(): number {
    return this.#budget.maxBytes;
  }

  /** What can be lost at most, in plain words. */
  get lossWindow(): string {
    return "Stored records are kept in memory only: they are lost when the process ends.";
  }

  /**
   * The queue with this name; an empty one if it is new.
   *
   * @throws {TypeError} When the spool is closed.
   * @throws {RangeError} When there are 64 queues already.
   */
  queue(name: string): SpoolQueue {
    const existing = this.#queues.get(name);
    if (existing !== undefined) return existing;
    if (this.#isClosed) throw new TypeError(`Cannot open queue "${name}": the spool is closed`);
    if (this.#queues.size >= maxQueues) {
      throw new RangeError(`Cannot open queue "${name}": a spool has at most ${maxQueues} queues`);
    }
    const context = this.#contextOf(name);
    this.#budget.addUser(context.user);
    const owner = { whenFull: this.#whenFull, makeRoom: () => this.#makeRoom() };
    const queue = new Queue(context, owner, nothingRecovered);
    this.#queues.set(name, queue);
    return queue;
  }

  /** Ends all waits. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeRoom(): boolean {
    if (this.#whenFull !== "drop_oldest") return false;
    const largestFirst = [...this.#queues.values()].toSorted((a, b) => b.bytes - a.bytes);
    return largestFirst.some((queue) => queue.evict());
  }

  /** With durability `memory` and nothing recovered, a queue uses no file: what concerns files is never called. */
  #contextOf(name: string): QueueContext {
    return {
      name,
      folder: "",
      prepare: () =>
        Promise.reject(new TypeError(`Queue "${name}" is in memory and has no folder`)),
      fs: diskFs,
      clock: this.#clock,
      random: () => 0,
      durability: "memory",
      segmentBytes: Infinity,
      buffers: this.#buffers,
      budget: this.#budget,
      memoryShare: () => Infinity,
      user: { bytes: 0 },
      quarantine: this.#quarantine,
      health: new Health(name, this.#onEvent),
      report: this.#onEvent,
    };
  }
}
