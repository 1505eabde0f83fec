/**
 * Sends the lines of one file or stream, one block at a time and in order. Invariant: only this writer sends
 * to that place, and it sends the next block when the previous one is settled, while new lines gather in
 * another block. A slow place therefore delays only its own lines.
 *
 * @module
 */
import { aborted, type Clock } from "../../../core/async/mod.ts";
import { attempt, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { Receipt } from "../../receipts/mod.ts";
import type { Block } from "./block.ts";
import type { LineBuffer } from "./line_buffer.ts";

/** Options of {@linkcode LineWriter}. */
export interface LineWriterOptions {
  /** Name of the file or stream for logs. */
  place: string;
  /** Bytes from which on lines are written without waiting for the flush timer. */
  thresholdBytes: number;
  /** Clock for the time limit at the end. */
  clock: Clock;
  /** Called with each block and its final outcome; the block is reused afterwards. */
  onSettled: (block: Block, delivery: Delivery) => void;
  /** Called with the number of lines that were lost and why: for a rejected block, and once at the end. */
  onLost: (lines: number, delivery: Delivery) => void;
  /** Called after a block was settled and its memory is free. */
  onRoom: () => void;
}

/** While closing, time without progress after which the remaining lines are given up, in milliseconds. */
const stallMs = 3_000;
/** Turns of the event loop that an attempt gets to end after it was given up. */
const maxTurns = 100;

/** Writes the lines of a {@linkcode LineBuffer}. */
export class LineWriter {
  /** Name of the file or stream for logs. */
  readonly place: string;
  /** Lines that wait. */
  readonly buffer: LineBuffer;
  /** Bytes from which on lines are written without waiting for the flush timer. */
  thresholdBytes: number;
  /** Whether the writer is in the list of those with enough lines at the end of the chunk. */
  isListed = false;
  readonly #clock: Clock;
  readonly #sender: Sender<Block>;
  readonly #onSettled: (block: Block, delivery: Delivery) => void;
  readonly #onLost: (lines: number, delivery: Delivery) => void;
  readonly #onRoom: () => void;
  readonly #giveUp = new AbortController();
  #running: Promise<void> | undefined;
  #sending: Block | undefined;
  #isFlushing = false;
  #settled = 0;
  #lost = 0;

  /** Creates a writer without sending anything. */
  constructor(buffer: LineBuffer, sender: Sender<Block>, options: LineWriterOptions) {
    this.buffer = buffer;
    this.place = options.place;
    this.thresholdBytes = options.thresholdBytes;
    this.#clock = options.clock;
    this.#sender = sender;
    this.#onSettled = options.onSettled;
    this.#onLost = options.onLost;
    this.#onRoom = options.onRoom;
  }

  /** Whether no line waits and no block is being sent. */
  get isIdle(): boolean {
    return this.buffer.bytes === 0 && this.#running === undefined;
  }

  /** Answers the line that was added last when it is settled. Its block is due with the next {@linkcode poke}. */
  addReceipt(receipt: Receipt): void {
    // A line that fills the last room has its block sent at once.
    const block = this.buffer.filling ?? this.#sending;
    if (block === undefined) throw new TypeError("Cannot add a receipt: no line was added");
    (block.receipts ??= []).push({ index: block.lines - 1, receipt });
    this.#isFlushing = this.buffer.bytes > 0;
  }

  /** Starts sending if enough lines wait. */
  poke(): void {
    if (this.#running !== undefined || !this.#isDue()) return;
    this.#running = this.#run();
  }

  /** Starts sending all lines that wait now. */
  flush(): void {
    this.#isFlushing = this.buffer.bytes > 0;
    this.poke();
  }

  /** Sends all lines that wait now; resolves when they are settled. */
  async flushed(): Promise<void> {
    this.flush();
    await this.#running;
  }

  /**
   * Sends all lines until `signal` aborts or nothing has been written for three seconds, and settles the
   * rest as `dropped`. Returns the number of lines that were lost meanwhile. May be called twice.
   */
  async close(signal: AbortSignal): Promise<number> {
    if (this.#giveUp.signal.aborted) return 0;
    const before = this.#lost;
    const isFlushed = await this.#drain(signal);
    this.#giveUp.abort();
    if (!isFlushed) {
      this.#dropRest();
      await this.#attemptEnded();
    }
    return this.#lost - before;
  }

  /**
   * Lets the attempt that was given up end, so that it does not create a file after the close. Waits for a number
   * of turns of the event loop only: an attempt that is stuck, as with a FIFO that nothing reads, never ends.
   */
  async #attemptEnded(): Promise<void> {
    for (let turn = 0; turn < maxTurns && this.#running !== undefined; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  #dropRest(): void {
    const before = this.#lost;
    const sending = this.#sending;
    this.#sending = undefined;
    if (sending !== undefined) this.#drop(sending);
    for (let block = this.buffer.take(); block !== undefined; block = this.buffer.take()) {
      this.#drop(block);
    }
    if (this.#lost > before) this.#onLost(this.#lost - before, givenUp);
  }

  /** Whether all lines were settled; false when the signal aborted or the destination makes no progress. */
  async #drain(signal: AbortSignal): Promise<boolean> {
    const flushed = this.flushed().then(() => "flushed" as const);
    using abort = aborted(signal);
    const isOver = abort.then(() => "over" as const);
    for (;;) {
      const before = this.#progress();
      const stalled = Promise.withResolvers<"stalled">();
      using _timer = this.#clock.timer(stallMs, () => stalled.resolve("stalled"));
      const event = await Promise.race([flushed, isOver, stalled.promise]);
      if (event === "flushed") return this.buffer.held === 0;
      if (event === "over" || this.#progress() === before) return false;
    }
  }

  #progress(): number {
    return this.#settled + (this.#sending?.written ?? 0);
  }

  #isDue(): boolean {
    if (this.buffer.bytes === 0 || this.#giveUp.signal.aborted) return false;
    return this.#isFlushing || this.buffer.hasFullBlock ||
      this.buffer.bytes >= this.thresholdBytes;
  }

  /** Called only when something is due, so that `#running` is set before the loop can end. */
  async #run(): Promise<void> {
    while (this.#isDue()) {
      const block = this.buffer.take()!;
      if (this.buffer.bytes === 0) this.#isFlushing = false;
      this.#sending = block;
      const delivery = await attempt(this.#sender, block, this.#giveUp.signal);
      // `close` gave up meanwhile and has settled the block.
      if (this.#sending !== block) break;
      this.#sending = undefined;
      this.#settled += block.used;
      this.#onSettled(block, delivery);
      if (delivery.status !== "delivered") {
        this.#lost += block.lines;
        this.#onLost(block.lines, delivery);
      }
      this.buffer.settle(block);
      this.#onRoom();
    }
    this.#running = undefined;
  }

  #drop(block: Block): void {
    this.#lost += block.lines;
    this.#onSettled(block, givenUp);
    this.buffer.discard(block);
    this.#onRoom();
  }
}

const givenUp: Delivery = Object.freeze({ status: "dropped", reason: "unwritten_at_stop" });
