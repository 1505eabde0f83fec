/**
 * Way of an event out of the agent: it is framed with its key, collected for a moment, appended to the queue of the
 * spool, and sent to Kafka from there by a pump, in order. While Kafka does not answer, events wait in the spool.
 *
 * Invariant of the book: in flight are the events that are collected or being appended, spooled those in the queue.
 *
 * @module
 */
import {
  aborted,
  type AppendResult,
  type Backoff,
  backoff,
  type Book,
  type Books,
  type Clock,
  type Delivery,
  pause,
  type SpoolQueue,
} from "../../core/mod.ts";
import { keyedRecordBytes, writeKeyedRecord } from "../../plugins/kafka/mod.ts";
import {
  answerRecords,
  type Receipt,
  type RecordReceipt,
  StoredReceipts,
} from "../receipts/mod.ts";
import { type BlockSender, Pump } from "../spool/mod.ts";

/** Options of {@linkcode EventOutbox}. */
export interface EventOutboxOptions {
  /** Where the book `events` is opened. */
  readonly books: Books;
  /** Where events wait. */
  readonly queue: SpoolQueue;
  /** Whether the queue keeps its events when the process ends. */
  readonly isDurable: boolean;
  /** Events, by reason, that the queue lost since the book was saved. Default: none. */
  readonly damaged?: ReadonlyMap<string, number>;
  /** Time that the first event of a block waits for more, in milliseconds. */
  readonly lingerMs: number;
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  /** Called when sending begins to fail, with the outcome, and with undefined when it works again. */
  readonly onTrouble: (failure: Delivery | undefined) => void;
}

/** Size at which a block is appended at once. */
const blockBytes = 256 * 1024;
/** Most bytes that wait for the spool. */
const maxWaitingBytes = 8 * 1024 * 1024;
/** Bounds of the delays between two attempts, in milliseconds. */
const minRetryMs = 100;
const maxRetryMs = 5_000;
/** Time between two looks whether events have become durable, in milliseconds. */
const receiptCheckMs = 500;
/** Time without progress after which a drain ends, in milliseconds. */
const stallMs = 3_000;

/** Collects, spools and sends events. */
export class EventOutbox {
  /** Delivery counters. */
  readonly book: Book;
  readonly #options: EventOutboxOptions;
  #buffer = new Uint8Array(blockBytes);
  /** Memory for the next block while one is appended; undefined while it is in use. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #records = 0;
  /** Receipts of the events that are collected. */
  #receipts: RecordReceipt[] = [];
  readonly #stored: StoredReceipts;
  /** Records that are being appended. */
  #appending = 0;
  #timer: Disposable | undefined;
  #flushing: Promise<void> | undefined;
  readonly #giveUp = new AbortController();
  /** Records of blocks in delivery that Kafka refused alone, by reason. */
  #refused = new Map<string, number>();
  #receiptTimer: Disposable | undefined;
  /** Set while events are sent. */
  #pump: Pump | undefined;

  /** Takes over what the queue holds from the previous run. */
  constructor(options: EventOutboxOptions) {
    this.#options = options;
    const { books, queue, damaged } = options;
    this.book = books.open("events", { inFlight: () => this.inFlight });
    this.book.recount(queue.records, damaged);
    this.#stored = new StoredReceipts(options.isDurable);
  }

  /** Events that are collected or being appended. */
  get inFlight(): number {
    return this.#records + this.#appending;
  }

  /** Collects an event that the book has accepted; the bytes are copied. The receipt is answered when it is stored. */
  put(key: Uint8Array, document: Uint8Array, receipt?: Receipt): void {
    const { clock, lingerMs } = this.#options;
    const bytes = keyedRecordBytes(key, document);
    if (this.#used + bytes > maxWaitingBytes) {
      this.book.drop("buffer_full");
      receipt?.refuse("buffer_full");
      return;
    }
    this.#makeRoom(bytes);
    this.#used = writeKeyedRecord(key, document, this.#buffer, this.#used);
    if (receipt !== undefined) this.#receipts.push({ index: this.#records, receipt });
    this.#records++;
    if (this.#used >= blockBytes) this.#startFlush();
    else this.#timer ??= clock.timer(lingerMs, () => this.#startFlush());
  }

  /** Appends what is collected to the queue. */
  async flush(): Promise<void> {
    this.#startFlush();
    await this.#flushing;
  }

  /**
   * Sends the blocks of the queue in order until the signal aborts. The owner of `sender` passes refused records to
   * {@linkcode EventOutbox.reject}.
   */
  async run(sender: BlockSender, signal: AbortSignal): Promise<void> {
    const { queue, clock, random, onTrouble } = this.#options;
    let isFailing = false;
    const recovered = () => {
      if (isFailing) onTrouble(undefined);
      isFailing = false;
    };
    const pump = new Pump({
      queue,
      sender,
      book: this.book,
      clock,
      random,
      onRetry(delivery) {
        if (!isFailing) onTrouble(delivery);
        isFailing = true;
      },
      onDelivered: recovered,
      onRefused: recovered,
      takeRefused: () => this.#takeRefused(),
      onSettled: (...outcome) => this.#stored.settled(...outcome),
    });
    this.#pump = pump;
    await pump.run(signal);
    this.#pump = undefined;
  }

  /** To be called when the queue has lost events that it had stored. */
  lose(records: number, reason: string): void {
    this.book.lose(reason, records);
    this.#stored.refuseAll("lost");
  }

  /** Refuses the receipts that still wait. To be called when the agent stops. */
  endReceipts(): void {
    this.#receiptTimer?.[Symbol.dispose]();
    this.#receiptTimer = undefined;
    this.#stored.refuseAll("stopping");
  }

  /** Counts one record of the blocks in delivery as refused for good. */
  reject(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /**
   * Appends what is collected, and waits until everything was sent: not while sending fails, not longer than three
   * seconds without progress, and not after the signal aborts. What is left stays in the queue.
   */
  async drain(signal: AbortSignal): Promise<void> {
    using stop = aborted(signal);
    stop.then(() => this.#giveUp.abort());
    await this.flush();
    await this.#pump?.drain(signal, stallMs, false);
  }

  #takeRefused(): ReadonlyMap<string, number> {
    const taken = this.#refused;
    if (taken.size > 0) this.#refused = new Map();
    return taken;
  }

  /** While receipts wait, looks whether their events have become durable. */
  #watchReceipts(): void {
    const { clock, queue, isDurable } = this.#options;
    if (!isDurable || this.#stored.size === 0) return;
    this.#receiptTimer ??= clock.timer(receiptCheckMs, () => {
      this.#receiptTimer = undefined;
      this.#stored.written(queue.durableEnd);
      this.#watchReceipts();
    });
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#used + bytes));
    grown.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = grown;
  }

  #startFlush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#flushing ??= this.#append().finally(() => this.#flushing = undefined);
  }

  /** Appends a block; while the disk fails, again and again until the outbox gives up. */
  async #appendOne(data: Uint8Array, records: number): Promise<AppendResult> {
    const { queue, clock, random } = this.#options;
    const { signal } = this.#giveUp;
    let delays: Backoff | undefined;
    while (true) {
      const result = await queue.append(data, records, signal);
      if (result.status === "stored" || result.reason !== "spool_failed" || signal.aborted) {
        return result;
      }
      delays ??= backoff({ min: minRetryMs, max: maxRetryMs, random });
      await pause(clock, delays.next(), signal);
      if (signal.aborted) return result;
    }
  }

  /** Appends until nothing is collected. While a block is appended, the next one fills. */
  async #append(): Promise<void> {
    while (this.#records > 0) {
      const full = this.#buffer;
      const data = full.subarray(0, this.#used);
      const records = this.#records;
      const receipts = this.#receipts;
      this.#buffer = this.#spare ?? new Uint8Array(blockBytes);
      this.#spare = undefined;
      this.#used = 0;
      this.#records = 0;
      this.#receipts = [];
      this.#appending = records;
      const result = await this.#appendOne(data, records);
      this.#appending = 0;
      if (result.status === "stored") {
        this.book.spooled += records;
        this.#stored.stored(receipts, result);
        this.#watchReceipts();
        this.#pump?.stored();
      } else {
        this.book.drop(result.reason, records);
        answerRecords(receipts, result, 0);
      }
      // A buffer that one large event made large is not kept.
      if (full.length === blockBytes) this.#spare = full;
    }
  }
}
