/**
 * What all destinations of log lines have in common: a book, a backlog with a bound, and how blocks are
 * settled.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { Book } from "../../core/books/mod.ts";
import { type Delivery, type Sender, withRetry } from "../../core/forward/mod.ts";
import type { LogMessageView } from "../wire/mod.ts";
import type { Block, BlockPool } from "./lines/block.ts";
import { type Backlog, LineBuffer } from "./lines/line_buffer.ts";
import { LineWriter } from "./lines/line_writer.ts";
import type { LogTelemetry } from "./telemetry.ts";

/** Where lines go. One slow destination delays nobody but itself, until its backlog is full. */
export interface Destination {
  /** What became of the lines. */
  readonly book: Book;
  /** What waits. */
  readonly backlog: Readonly<Backlog>;
  /** Takes a record; copies what it needs. */
  write(view: LogMessageView): void;
  /** Starts writing where enough has gathered. */
  endOfChunk(): void;
  /** Does what is due by the clock. */
  tick(): void;
  /** Writes all there is. */
  flush(): Promise<void>;
  /** Writes all there is until `signal` aborts; the rest is dropped and counted. */
  close(signal: AbortSignal): Promise<void>;
}

/** What destinations are made from. */
export interface DestinationParts {
  /** Lends memory. */
  readonly pool: BlockPool;
  /** Bytes that may wait; what comes beyond is dropped and counted as `overflow`. */
  readonly maxBacklogBytes: number;
  /** Told what happens. */
  readonly telemetry: LogTelemetry;
  /** Told when lines were settled, so that there is room. */
  readonly onRoom: () => void;
  /** Source of time. */
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Makes the writer of one place: it retries until it is closed, and settles in the book. */
export function writerFor(
  place: string,
  sender: Sender<Block>,
  book: Book,
  backlog: Backlog,
  thresholdBytes: number,
  { pool, telemetry, onRoom, clock, random }: DestinationParts,
): LineWriter {
  const patient = withRetry(sender, {
    min: 100,
    max: 5_000,
    clock,
    random,
    onRetry: (delivery) => telemetry.writeFailed(place, delivery),
  });
  return new LineWriter(new LineBuffer(pool, backlog), patient, {
    thresholdBytes,
    onSettled(block, delivery) {
      settle(book, block, delivery);
      if (delivery.status === "delivered") telemetry.written(place);
      else telemetry.gaveUp(place, block.lines, delivery);
    },
    onRoom,
  });
}

function settle(book: Book, { lines }: Block, delivery: Delivery): void {
  if (delivery.status === "delivered") book.delivered += lines;
  else if (delivery.status === "rejected") book.reject(delivery.reason, lines);
  else book.drop("unwritten_at_stop", lines);
}
