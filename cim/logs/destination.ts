/**
 * What all destinations of log lines share: the interface that the route uses, and the writer that retries
 * and settles blocks.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { Book } from "../../core/books/mod.ts";
import { type Delivery, type Sender, settle, withRetry } from "../../core/forward/mod.ts";
import { answerRecords, type Receipt } from "../receipts/mod.ts";
import type { LogMessageView } from "../wire/mod.ts";
import type { BackPressure, BackPressureOptions } from "./back_pressure.ts";
import { type Backlog, type Block, type BlockPool, LineBuffer, LineWriter } from "./lines/mod.ts";
import type { DestinationName } from "./logging_mode.ts";
import type { LogTelemetry } from "./telemetry.ts";

/** A place that log lines are written to. A slow destination delays no other until its buffer is full. */
export interface Destination {
  /** Name in the table of logging modes and in metric labels. */
  readonly name: DestinationName;
  /** Counts of its lines, by outcome. */
  readonly book: Book;
  /** What it holds now. */
  readonly backlog: Readonly<Backlog>;
  /** Takes a message; copies what it needs, and never waits. */
  write(view: LogMessageView): void;
  /** The same, for a message whose publisher waits for the receipt; its line is written soon. */
  writeWithReceipt(view: LogMessageView, receipt: Receipt): void;
  /** Starts writing where enough lines wait. */
  endOfChunk(): void;
  /** Does what is due by the clock. */
  tick(): void;
  /** Called when the settings changed; `isActive` is whether the logging mode uses this destination. */
  configure(isActive: boolean): void;
  /** Writes all lines that wait. */
  flush(): Promise<void>;
  /**
   * Writes all lines until `signal` aborts; drops and counts the rest. Returns the number of lines of
   * applications that were lost meanwhile.
   */
  close(signal: AbortSignal): Promise<number>;
}

/** What destinations are made from. */
export interface DestinationParts {
  /** Blocks for waiting lines. */
  readonly pool: BlockPool;
  /** Bound of the buffer and what happens there. */
  readonly pressure: BackPressureOptions;
  /** Logs and counts what happens. */
  readonly telemetry: LogTelemetry;
  /** Clock for timers and retries. */
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
}

/** What a line writer belongs to. */
export interface WriterOwner {
  /** The book that its lines are settled in. */
  readonly book: Book;
  /** The backlog that its lines count into. */
  readonly backlog: Backlog;
  /** Gets the outcome of each attempt and learns when there is room. */
  readonly pressure: BackPressure;
  /** Books the outcome of a block and answers its receipts. Default: for lines that are written now. */
  readonly settle?: (delivery: Delivery, block: Block) => void;
}

const minRetryMs = 100;
/** Shorter than the time without progress that a stop accepts, so that a stop includes one more attempt. */
const maxRetryMs = 2_000;

/** Creates the writer of one file or stream: it retries until it is closed, and settles its lines in the book. */
export function createWriter(
  place: string,
  sender: Sender<Block>,
  thresholdBytes: number,
  owner: WriterOwner,
  { pool, telemetry, clock, random }: DestinationParts,
): LineWriter {
  const { book, backlog, pressure } = owner;
  const settleBlock = owner.settle ?? settledBy(book);
  const patient = withRetry(sender, {
    min: minRetryMs,
    max: maxRetryMs,
    clock,
    random,
    onRetry(delivery) {
      pressure.failed(writer, delivery);
      telemetry.writeFailed(place, delivery);
    },
  });
  const writer = new LineWriter(new LineBuffer(pool, backlog), patient, {
    place,
    thresholdBytes,
    clock,
    onSettled(block, delivery) {
      settleBlock(delivery, block);
      if (delivery.status !== "delivered") return;
      pressure.written(writer);
      telemetry.written(place);
    },
    onLost: (lines, delivery) => telemetry.lost(place, lines, delivery),
    onRoom: () => pressure.room(writer),
  });
  return writer;
}

/** Settles blocks in the book; the receipts get the number of the line among those that this writer has written. */
function settledBy(book: Book): (delivery: Delivery, block: Block) => void {
  let written = 0;
  return (delivery, block) => {
    settle(book, delivery, block.lines);
    if (block.receipts !== undefined) answerRecords(block.receipts, delivery, written + 1);
    if (delivery.status === "delivered") written += block.lines;
  };
}
