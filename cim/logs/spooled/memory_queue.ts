import { aborted } from "../../../core/async/mod.ts";
import type { AppendOutcome, LineQueue, QueuedBlock } from "./line_queue.ts";

/** A queue of blocks in memory, with a bound in bytes; a block without room waits. */
export class MemoryQueue implements LineQueue {
  readonly #maxBytes: number;
  readonly #blocks: QueuedBlock[] = [];
  #taken = 0;
  #records = 0;
  #bytes = 0;
  #next = 1;
  #change = Promise.withResolvers<void>();

  /** Creates an empty queue for at most `maxBytes`; a single larger block is taken when it is empty. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Records that are not settled. */
  get records(): number {
    return this.#records;
  }

  /** Adds a copy of a block; waits for room until `signal` aborts. */
  async append(data: Uint8Array, records: number, signal?: AbortSignal): Promise<AppendOutcome> {
    while (this.#bytes > 0 && this.#bytes + data.length > this.#maxBytes) {
      if (!await this.#changed(signal)) return { status: "dropped", reason: "spool_full" };
    }
    const position = this.#next;
    this.#blocks.push({ data: data.slice(), records, position });
    this.#next += records;
    this.#bytes += data.length;
    this.#records += records;
    this.#notify();
    return { status: "stored", position, isDurable: true };
  }

  /** Returns the oldest block that was not taken; waits for one until `signal` aborts. */
  async take(signal: AbortSignal): Promise<QueuedBlock | undefined> {
    while (this.#taken === this.#blocks.length) {
      if (!await this.#changed(signal)) return undefined;
    }
    return signal.aborted ? undefined : this.#blocks[this.#taken++];
  }

  /** Returns the oldest block that was not taken; undefined when there is none. */
  takeReady(signal: AbortSignal): Promise<QueuedBlock | undefined> {
    const isReady = this.#taken < this.#blocks.length && !signal.aborted;
    return Promise.resolve(isReady ? this.#blocks[this.#taken++] : undefined);
  }

  /** Removes the oldest block; it must be the one given. */
  settle(block: QueuedBlock): void {
    if (this.#blocks[0] !== block) throw new TypeError("Cannot settle a block out of order");
    this.#blocks.shift();
    this.#taken--;
    this.#bytes -= block.data.length;
    this.#records -= block.records;
    this.#notify();
  }

  /** Returns the blocks that were taken again. */
  rewind(): void {
    this.#taken = 0;
    this.#notify();
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** Waits for a change; false when the signal aborted. */
  async #changed(signal: AbortSignal = new AbortController().signal): Promise<boolean> {
    using stop = aborted(signal);
    await Promise.race([this.#change.promise, stop]);
    return !signal.aborted;
  }
}
