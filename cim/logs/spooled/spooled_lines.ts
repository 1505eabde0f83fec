/**
 * A destination with a queue between the lines in memory and a sender: a slow or absent peer fills the queue
 * and delays nothing else until the queue is full. What a durable queue holds survives the process.
 *
 * @module
 */
import type { Book } from "../../../core/books/mod.ts";
import { delivered, type Delivery, type Sender, settle } from "../../../core/forward/mod.ts";
import type { AppendResult, SpoolQueue } from "../../../core/spool/mod.ts";
import { answerRecords, type Receipt, StoredReceipts } from "../../receipts/mod.ts";
import { type BlockSender, Pump, type ResendWindow } from "../../spool/mod.ts";
import type { LogMessageView } from "../../wire/mod.ts";
import { BackPressure } from "../back_pressure.ts";
import { createWriter, type Destination, type DestinationParts } from "../destination.ts";
import type { Backlog, Block, LineWriter } from "../lines/mod.ts";
import type { DestinationName } from "../logging_mode.ts";
import type { RecordFormat } from "./record_format.ts";

/** What the lines are sent with. */
export interface LineSender extends BlockSender {
  /** Does what is due by the clock. */
  tick?(): void;
  /** Returns the records that were refused alone since the last call, by reason. */
  takeRefused?(): ReadonlyMap<string, number>;
  /**
   * Ends the connection in order, until `signal` aborts. Returns whether the peer confirmed that it has read
   * everything. A later block opens a new one.
   */
  end(signal: AbortSignal): Promise<boolean>;
}

/** Options of {@linkcode SpooledLines}. */
export interface SpooledLinesOptions extends DestinationParts {
  /** Name in the table of logging modes and in metric labels. */
  readonly name: DestinationName;
  /** Name of the destination in messages. */
  readonly place: string;
  /** How a message becomes a record. */
  readonly format: RecordFormat;
  /** Where blocks wait. */
  readonly queue: SpoolQueue;
  /** Whether the queue keeps its blocks when the process ends. */
  readonly isDurable: boolean;
  /** Records, by reason, that the queue lost since the book was saved. Default: none. */
  readonly damaged?: ReadonlyMap<string, number>;
  /** Sends blocks. */
  readonly sender: LineSender;
  /** Keeps blocks until they have arrived. Default: a delivered block has arrived. */
  readonly window?: ResendWindow;
  /** Takes new lines while sending fails. Default: they wait in the queue. */
  readonly fallback?: Destination;
  /** Called when sending starts failing, once per outage. Must not throw. Default: not called. */
  readonly onOutage?: () => void;
  /** Opens the book; the argument returns the number of lines in flight. */
  readonly openBook: (inFlight: () => number) => Book;
}

/** How long lines wait for more, so that blocks are few and large under load. */
const lingerMs = 10;
/** Time without progress after which the stop leaves the rest in the queue, in milliseconds. */
const stallMs = 3_000;
/** Time that a peer gets to confirm the end of a connection, in milliseconds. */
const endMs = 1_000;
/** Any line is due when the linger is over. */
const thresholdBytes = 1;
const abortedAppend: Delivery = Object.freeze({ status: "retry", reason: "aborted" });

/** Sends lines through a queue. */
export class SpooledLines implements Destination {
  /** Name in the table of logging modes and in metric labels. */
  readonly name: DestinationName;
  /** Counts of the lines, by outcome. */
  readonly book: Book;
  /** What it holds in memory, before the queue. */
  readonly backlog: Backlog = { bytes: 0, lines: 0 };
  readonly #options: SpooledLinesOptions;
  #fallback: Destination | undefined;
  #format: RecordFormat;
  readonly #maxBufferedBytes: number;
  readonly #pressure: BackPressure;
  readonly #writer: LineWriter;
  readonly #pump: Pump;
  readonly #receipts: StoredReceipts;
  /** Outcome of the last append; the writer appends one block at a time. */
  #appended: AppendResult | undefined;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #linger: Disposable | undefined;
  #usedFallback = false;
  #isActive = false;
  #ending: Promise<boolean> | undefined;

  /** Sends nothing yet. What the queue holds from an earlier run is counted as spooled. */
  constructor(options: SpooledLinesOptions) {
    const { name, place, format, queue, sender, window, openBook, pressure, telemetry } = options;
    this.name = name;
    this.#options = options;
    this.#fallback = options.fallback;
    this.#format = format;
    this.#maxBufferedBytes = pressure.maxBufferedBytes;
    this.book = openBook(() => this.backlog.lines);
    this.book.recount(queue.records, options.damaged);
    this.#pressure = new BackPressure({
      backlog: this.backlog,
      flushAll: () => this.#writer.flush(),
      onFailure: () => {},
    }, pressure);
    this.#receipts = new StoredReceipts(options.isDurable);
    this.#pump = new Pump({
      queue,
      sender,
      book: this.book,
      window,
      takeRefused: sender.takeRefused && (() => sender.takeRefused!()),
      clock: options.clock,
      random: options.random,
      onRetry: (delivery) => {
        if (telemetry.writeFailed(place, delivery)) options.onOutage?.();
      },
      onDelivered: () => telemetry.written(place),
      onSettled: (...outcome) => this.#receipts.settled(...outcome),
      onRefused: (records, delivery) => telemetry.lost(place, records, delivery),
    });
    const owner = {
      book: this.book,
      backlog: this.backlog,
      pressure: this.#pressure,
      settle: (delivery: Delivery, block: Block) => this.#stored(delivery, block),
    };
    const spool = `the queue of ${place}`;
    const append = queueSender(queue, (outcome) => this.#appended = outcome);
    this.#writer = createWriter(spool, append, thresholdBytes, owner, options);
  }

  /** Starts sending what the queue holds. To be called once. */
  start(): void {
    this.#running = this.#pump.run(this.#stop.signal);
  }

  /** To be called when lines sent last may not have arrived: they are sent again. */
  lost(): void {
    this.#pump.lost();
  }

  /** To be called when the peer has confirmed that everything sent until now has arrived. */
  confirmed(): void {
    this.#pump.confirmAll();
  }

  /** Writes new lines as these records; those in the queue are sent in the format in which they were stored. */
  useFormat(format: RecordFormat): void {
    this.#format = format;
  }

  /** Gives new lines to `fallback` while sending fails; with undefined they wait in the queue. */
  useFallback(fallback: Destination | undefined): void {
    this.#fallback = fallback;
  }

  /** To be called when the queue has lost records that it had stored. */
  lose(records: number, reason: string): void {
    this.book.lose(reason, records);
    this.#receipts.refuseAll("lost");
  }

  /** Takes a message. Returns whether it was not dropped. */
  write(view: LogMessageView): boolean {
    if (this.#fallback !== undefined && this.#pump.isDown) {
      this.#usedFallback = true;
      this.#fallback.write(view);
      return true;
    }
    this.book.accepted++;
    const writer = this.#writer;
    if (this.#pressure.isActive && !this.#pressure.admits(writer)) {
      this.book.drop("overflow");
      return false;
    }
    const lines = writer.buffer;
    this.#format.write(view, lines);
    if (lines.held + this.backlog.bytes >= this.#maxBufferedBytes) this.#pressure.filled(writer);
    return true;
  }

  /** Takes a message whose publisher waits for the receipt. */
  writeWithReceipt(view: LogMessageView, receipt: Receipt): void {
    if (this.#fallback !== undefined && this.#pump.isDown) {
      this.#usedFallback = true;
      return this.#fallback.writeWithReceipt(view, receipt);
    }
    if (this.write(view)) this.#writer.addReceipt(receipt);
    else receipt.refuse("overflow");
  }

  /** Stores full blocks; smaller amounts wait a moment for the next chunks. */
  endOfChunk(): void {
    if (this.#usedFallback) {
      this.#usedFallback = false;
      this.#fallback?.endOfChunk();
    }
    const { buffer } = this.#writer;
    if (buffer.bytes === 0) return;
    if (buffer.hasFullBlock) this.#writer.poke();
    this.#linger ??= this.#options.clock.timer(lingerMs, () => this.#store());
  }

  /**
   * Stores lines that arrived without an end of a chunk, answers receipts of lines that have become durable, and
   * releases blocks that have arrived.
   */
  tick(): void {
    this.#store();
    this.#receipts.written(this.#options.queue.durableEnd);
    this.#options.sender.tick?.();
    this.#pump.tick();
    if (!this.#isActive && this.#options.queue.records === 0 && this.backlog.lines === 0) {
      this.#ending ??= this.#end(this.#stop.signal).finally(() => this.#ending = undefined);
    }
  }

  /** Lets the publishers continue when the logging mode does not use it any more; the queue is still sent. */
  configure(isActive: boolean): void {
    this.#isActive = isActive;
    if (!isActive) this.#pressure.releaseAll();
  }

  /** Stores all lines in the queue. */
  flush(): Promise<void> {
    return this.#writer.flushed();
  }

  /**
   * Stores all lines, and sends them until `signal` aborts or nothing moves for three seconds. A durable queue
   * keeps the rest, and is not waited for while sending fails; another queue drops and counts it. Returns the
   * number of lines that were lost.
   */
  async close(signal: AbortSignal): Promise<number> {
    this.#linger?.[Symbol.dispose]();
    this.#linger = undefined;
    let lost = await this.#writer.close(signal);
    const { isDurable } = this.#options;
    if (this.#running !== undefined) await this.#pump.drain(signal, stallMs, !isDurable);
    await this.#ending;
    this.#stop.abort();
    await this.#running;
    if (await this.#end(signal)) this.#pump.confirmAll();
    // Lines that were sent and not confirmed count as delivered if no later run could send them again.
    if (!isDurable) {
      this.#pump.confirmAll();
      lost += this.#dropRest();
    }
    this.#receipts.refuseAll("stopping");
    this.#pressure.releaseAll();
    this.#options.telemetry.forget(this.#options.place);
    return lost;
  }

  #store(): void {
    this.#linger?.[Symbol.dispose]();
    this.#linger = undefined;
    this.#writer.poke();
  }

  #stored(delivery: Delivery, { lines, receipts }: Block): void {
    const appended = this.#appended;
    if (delivery.status === "delivered" && appended?.status === "stored") {
      this.book.spooled += lines;
      this.#receipts.stored(receipts, appended);
    } else {
      settle(this.book, delivery, lines);
      if (receipts !== undefined) answerRecords(receipts, delivery, 0);
    }
    this.#pump.stored();
  }

  async #end(signal: AbortSignal): Promise<boolean> {
    const limit = new AbortController();
    using _timer = this.#options.clock.timer(endMs, () => limit.abort());
    return await this.#options.sender.end(AbortSignal.any([signal, limit.signal]));
  }

  #dropRest(): number {
    const { place, telemetry } = this.#options;
    const rest = this.book.spooled;
    if (rest === 0) return 0;
    const delivery = { status: "dropped", reason: "unwritten_at_stop" } as const;
    this.book.spooled = 0;
    settle(this.book, delivery, rest);
    telemetry.lost(place, rest, delivery);
    return rest;
  }
}

/** The sender that puts blocks into the queue; `onOutcome` is called before it returns. */
function queueSender(
  queue: SpoolQueue,
  onOutcome: (outcome: AppendResult) => void,
): Sender<Block> {
  return {
    async send(block, signal) {
      if (signal.aborted) return abortedAppend;
      const data = block.bytes.subarray(0, block.used);
      const result = await queue.append(data, block.lines, signal);
      onOutcome(result);
      if (result.status === "stored") return delivered;
      if (signal.aborted) return abortedAppend;
      const { reason, cause } = result;
      return { status: reason === "spool_failed" ? "retry" : "dropped", reason, cause };
    },
  };
}
