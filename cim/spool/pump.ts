/**
 * Moves blocks from a queue to a sender, in order: one at a time, or as many as wait for a sender that takes several.
 *
 * A sender that can only say that a block was written, and not that it arrived, needs a resend window: the
 * last blocks stay in the queue, and when the connection is lost, they are sent again. A block leaves the
 * window when `maxBytes` were sent after it, or when it was sent `afterMs` ago and the peer acknowledged it. So
 * each record arrives at least once, in order, unless the peer loses more than the window.
 *
 * @module
 */
import {
  aborted,
  attempt,
  backoff,
  type Book,
  type Clock,
  type Delivery,
  pause,
  type Sender,
  settle,
  type SpoolBlock,
  type SpoolQueue,
} from "../../core/mod.ts";

/** When a block that was sent need not be kept any more. */
export interface ResendWindow {
  /** Bytes sent later after which a block counts as arrived. */
  readonly maxBytes: number;
  /** Time after which a block that the peer acknowledged counts as arrived, in milliseconds. */
  readonly afterMs: number;
  /** Bytes sent until now. */
  readonly sentBytes: () => number;
  /** Of these, the bytes that the peer has acknowledged. */
  readonly acknowledgedBytes: () => number;
}

/** Sends blocks. */
export interface BlockSender extends Sender<SpoolBlock> {
  /**
   * Sends several blocks as one: the outcome is for all, and `retry` is followed by the same blocks. When some of them
   * are refused it returns `rejected`, and each is sent alone. Default: blocks are sent one at a time.
   */
  sendAll?(blocks: readonly SpoolBlock[], signal: AbortSignal): Promise<Delivery>;
}

/** Options of {@linkcode Pump}. */
export interface PumpOptions {
  /** Where blocks come from. */
  readonly queue: SpoolQueue;
  /** Where they go. */
  readonly sender: BlockSender;
  /** Counts records; those in the queue are its `spooled`. */
  readonly book: Book;
  /** Keeps blocks until they have arrived. Default: a delivered block has arrived. */
  readonly window?: ResendWindow;
  /** Clock for delays. */
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  /** Called with each failed attempt that will be repeated. */
  readonly onRetry: (delivery: Delivery) => void;
  /** Called with each block that was delivered. */
  readonly onDelivered: () => void;
  /** Returns the records that were refused alone since the last call, by reason. Default: none ever are. */
  readonly takeRefused?: () => ReadonlyMap<string, number>;
  /** Called with each block that leaves the queue, its outcome, and whether some of its records were refused alone. */
  readonly onSettled?: (block: SpoolBlock, delivery: Delivery, hasRefused: boolean) => void;
  /** Called with the number of records of each block that the destination refused. */
  readonly onRefused: (records: number, delivery: Delivery) => void;
}

const minRetryMs = 100;
const maxRetryMs = 5_000;
/** Bytes of the blocks that are sent as one; the last one may exceed it. */
const maxTogetherBytes = 4 * 1_048_576;

interface Sent {
  readonly blocks: readonly SpoolBlock[];
  readonly records: number;
  readonly delivery: Delivery;
  readonly sentMs: number;
  readonly endByte: number;
  /** Records of the block that were refused alone, by reason. */
  readonly refused: ReadonlyMap<string, number> | undefined;
}

/** Sends the blocks of a queue. */
export class Pump {
  /** Whether the last attempt failed. */
  isDown = false;
  readonly #options: PumpOptions;
  readonly #sent: Sent[] = [];
  #sentRecords = 0;
  /** Blocks that are taken and have to be sent again, together. */
  #failed: readonly SpoolBlock[] | undefined;
  /** Blocks that are taken and have to be sent one at a time. */
  readonly #alone: SpoolBlock[] = [];
  #round = new AbortController();
  #progress = Promise.withResolvers<void>();

  /** Sends nothing yet. */
  constructor(options: PumpOptions) {
    this.#options = options;
  }

  /** Records of the queue that have not been sent. */
  get waiting(): number {
    return this.#options.queue.records - this.#sentRecords;
  }

  /** Sends blocks until `signal` aborts or the queue is closed. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, clock, onRetry, window } = this.#options;
    const delays = backoff({ min: minRetryMs, max: maxRetryMs, random });
    let round = this.#round;
    let either = AbortSignal.any([signal, round.signal]);
    while (!signal.aborted) {
      if (round !== this.#round) {
        round = this.#round;
        either = AbortSignal.any([signal, round.signal]);
      }
      const blocks = this.#failed ?? await this.#next(either);
      this.#failed = undefined;
      const isBooked = await this.#isBooked(blocks, either);
      if (round !== this.#round) {
        // What was taken after the loss goes back behind the blocks that the loss put back.
        this.#options.queue.rewind();
        continue;
      }
      if (blocks.length === 0 || !isBooked) return;
      const delivery = await attempt(this.#sender, blocks, signal);
      // Reported as lost after it was written: it is back in the queue.
      if (round !== this.#round) continue;
      if (delivery.status === "rejected" && blocks.length > 1) {
        this.#alone.push(...blocks);
        continue;
      }
      if (delivery.status !== "retry") {
        delays.reset();
        this.#accept(blocks, delivery);
        continue;
      }
      if (signal.aborted) return;
      this.isDown = true;
      // Without a window nothing else was sent: the same objects are sent again, as some senders need it.
      if (window === undefined) this.#failed = blocks;
      else this.lost();
      onRetry(delivery);
      await this.#pause(Math.max(delays.next(), delivery.afterMs ?? 0), clock, signal);
    }
  }

  /** To be called when what was sent last may not have arrived: it is sent again. */
  lost(): void {
    this.#sent.length = 0;
    this.#sentRecords = 0;
    this.#options.queue.rewind();
    this.#round.abort();
    this.#round = new AbortController();
  }

  /** To be called when records were added to the queue and to the book. */
  stored(): void {
    this.#notify();
  }

  /** Releases blocks that have arrived by now; to be called about twice a second. */
  tick(): void {
    this.#confirm();
  }

  /** Counts everything that was sent as arrived. */
  confirmAll(): void {
    while (this.#sent.length > 0) this.#settleOldest();
  }

  /**
   * Waits until everything was sent, `signal` aborts or nothing was sent for `stallMs`. With `isPatient` false
   * it also ends when an attempt fails.
   */
  async drain(signal: AbortSignal, stallMs: number, isPatient: boolean): Promise<void> {
    using stop = aborted(signal);
    while (this.waiting > 0 && !signal.aborted && (isPatient || !this.isDown)) {
      const stalled = Promise.withResolvers<"stalled">();
      using _timer = this.#options.clock.timer(stallMs, () => stalled.resolve("stalled"));
      const event = await Promise.race([this.#progress.promise, stop, stalled.promise]);
      if (event === "stalled") return;
    }
  }

  readonly #sender: Sender<readonly SpoolBlock[]> = {
    send: (blocks, signal) => {
      const { sender } = this.#options;
      return blocks.length === 1 ? sender.send(blocks[0], signal) : sender.sendAll!(blocks, signal);
    },
  };

  /** The blocks to send next; none when `signal` aborts or the queue is closed. */
  async #next(signal: AbortSignal): Promise<SpoolBlock[]> {
    const { queue, sender } = this.#options;
    const alone = this.#alone.shift();
    if (alone !== undefined) return [alone];
    const blocks: SpoolBlock[] = [];
    let bytes = 0;
    let block = await queue.take(signal);
    while (block !== undefined) {
      blocks.push(block);
      bytes += block.data.length;
      const isFull = sender.sendAll === undefined || bytes >= maxTogetherBytes;
      block = isFull ? undefined : await queue.takeReady(signal);
    }
    return blocks;
  }

  /** Waits until the writer has booked blocks that it has just stored; false when `signal` aborts. */
  async #isBooked(blocks: readonly SpoolBlock[], signal: AbortSignal): Promise<boolean> {
    if (this.#hasBooked(blocks)) return true;
    using stop = aborted(signal);
    while (!this.#hasBooked(blocks)) {
      await Promise.race([this.#progress.promise, stop]);
      if (signal.aborted) return false;
    }
    return true;
  }

  #hasBooked(blocks: readonly SpoolBlock[]): boolean {
    return this.#options.book.spooled >= this.#sentRecords + recordsOf(blocks);
  }

  #accept(blocks: readonly SpoolBlock[], delivery: Delivery): void {
    const { window, clock, onDelivered, onRefused, takeRefused } = this.#options;
    this.isDown = false;
    const records = recordsOf(blocks);
    this.#sent.push({
      blocks,
      records,
      delivery,
      sentMs: clock.monotonic(),
      endByte: window?.sentBytes() ?? 0,
      refused: takeRefused?.(),
    });
    this.#sentRecords += records;
    if (delivery.status === "delivered") onDelivered();
    else onRefused(records, delivery);
    this.#confirm();
    this.#notify();
  }

  #confirm(): void {
    const { window, clock } = this.#options;
    if (window === undefined) return this.confirmAll();
    const bytes = window.sentBytes() - window.maxBytes;
    const acknowledged = window.acknowledgedBytes();
    const before = clock.monotonic() - window.afterMs;
    for (;;) {
      const oldest = this.#sent.at(0);
      if (oldest === undefined) return;
      const hasAged = oldest.sentMs <= before && oldest.endByte <= acknowledged;
      if (!hasAged && oldest.endByte > bytes) return;
      this.#settleOldest();
    }
  }

  #settleOldest(): void {
    const { book, queue, onSettled } = this.#options;
    const { blocks, records, delivery, refused } = this.#sent.shift()!;
    this.#sentRecords -= records;
    book.spooled -= records;
    let others = records;
    for (const [reason, count] of refused ?? []) {
      book.reject(reason, count);
      others -= count;
    }
    settle(book, delivery, others);
    for (const block of blocks) {
      queue.settle(block);
      onSettled?.(block, delivery, others < records);
    }
  }

  #notify(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  async #pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    this.#notify();
    await pause(clock, delayMs, signal);
  }
}

function recordsOf(blocks: readonly SpoolBlock[]): number {
  let sum = 0;
  for (const { records } of blocks) sum += records;
  return sum;
}
