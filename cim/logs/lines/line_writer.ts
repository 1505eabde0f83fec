/**
 * Moves the lines of one destination out, one block at a time and in order. It is the single owner of what
 * it writes to: nothing else writes there, and the next block is sent when the one before is settled, while
 * further lines gather in another block. A slow destination therefore delays nobody but itself.
 *
 * @module
 */
import { aborted } from "../../../core/async/mod.ts";
import { attempt, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { Block } from "./block.ts";
import type { LineBuffer } from "./line_buffer.ts";

/** Options of {@linkcode LineWriter}. */
export interface LineWriterOptions {
  /** Bytes from which on the lines are written without waiting for the timer. */
  thresholdBytes: number;
  /** Told what became of a block's lines; the block is reused afterwards. */
  onSettled: (block: Block, delivery: Delivery) => void;
  /** Told afterwards that there is room for more lines. */
  onRoom: () => void;
}

/** Writes what a {@linkcode LineBuffer} holds. */
export class LineWriter {
  /** Lines that wait. */
  readonly buffer: LineBuffer;
  /** Bytes from which on the lines are written without waiting for the timer. */
  thresholdBytes: number;
  /** Already on the list of those to look at when the chunk ends. */
  isListed = false;
  readonly #sender: Sender<Block>;
  readonly #onSettled: (block: Block, delivery: Delivery) => void;
  readonly #onRoom: () => void;
  readonly #giveUp = new AbortController();
  #running: Promise<void> | undefined;
  #sending: Block | undefined;
  #isFlushing = false;

  /** Makes a writer that has nothing to do. */
  constructor(buffer: LineBuffer, sender: Sender<Block>, options: LineWriterOptions) {
    this.buffer = buffer;
    this.thresholdBytes = options.thresholdBytes;
    this.#sender = sender;
    this.#onSettled = options.onSettled;
    this.#onRoom = options.onRoom;
  }

  /** Whether nothing waits and nothing is being written. */
  get isIdle(): boolean {
    return this.buffer.bytes === 0 && this.#running === undefined;
  }

  /** Starts writing if enough has gathered. */
  poke(): void {
    if (this.#running !== undefined || !this.#isDue()) return;
    this.#running = this.#run();
  }

  /** Starts writing all there is. */
  flush(): void {
    this.#isFlushing = this.buffer.bytes > 0;
    this.poke();
  }

  /** Writes all there is; resolves when it is settled. */
  async flushed(): Promise<void> {
    this.flush();
    await this.#running;
  }

  /** Writes all there is until `signal` aborts, and settles the rest as `retry`. May be called twice. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#giveUp.signal.aborted) return;
    const over = aborted(signal).then(() => this.#giveUp.abort(signal.reason));
    await Promise.race([this.flushed(), over]);
    if (!signal.aborted) return;
    this.#giveUp.abort(signal.reason);
    const sending = this.#sending;
    this.#sending = undefined;
    if (sending !== undefined) this.#settle(sending, givenUp);
    for (let block = this.buffer.take(); block !== undefined; block = this.buffer.take()) {
      this.#settle(block, givenUp);
    }
  }

  #isDue(): boolean {
    if (this.buffer.bytes === 0 || this.#giveUp.signal.aborted) return false;
    return this.#isFlushing || this.buffer.hasFullBlock ||
      this.buffer.bytes >= this.thresholdBytes;
  }

  /** Called only when something is due, so that it does not end before it has been noted as running. */
  async #run(): Promise<void> {
    while (this.#isDue()) {
      const block = this.buffer.take()!;
      if (this.buffer.bytes === 0) this.#isFlushing = false;
      this.#sending = block;
      const delivery = await attempt(this.#sender, block, this.#giveUp.signal);
      // Closed meanwhile: the block has been settled, and its memory is not to be reused.
      if (this.#sending !== block) break;
      this.#sending = undefined;
      this.#settle(block, delivery);
    }
    this.#running = undefined;
  }

  #settle(block: Block, delivery: Delivery): void {
    this.#onSettled(block, delivery);
    this.buffer.settle(block);
    this.#onRoom();
  }
}

const givenUp: Delivery = Object.freeze({ status: "retry", reason: "unwritten_at_stop" });
