/**
 * Lines for the standard output.
 *
 * @module
 */
import type { Book } from "../../../core/books/mod.ts";
import type { Receipt } from "../../receipts/mod.ts";
import type { LogEnvelope, LogMessageView } from "../../wire/mod.ts";
import { BackPressure } from "../back_pressure.ts";
import { createWriter, type Destination, type DestinationParts } from "../destination.ts";
import type { Backlog, LineWriter } from "../lines/mod.ts";
import { type ByteSink, StdoutSender } from "./stdout_sender.ts";

/** Options of {@linkcode StdoutLines}. */
export interface StdoutLinesOptions extends DestinationParts {
  /** The stream to write to, normally `Deno.stdout`. */
  readonly sink: ByteSink;
  /** Encodes records in the JSON envelope; undefined writes them as they are. */
  readonly envelope: LogEnvelope | undefined;
  /** Opens the book; the argument returns the number of lines in flight. */
  readonly openBook: (inFlight: () => number) => Book;
}

const LINE_FEED = 0x0a;
/** Any line is due at the end of its chunk. */
const thresholdBytes = 1;

/** Writes lines to the standard output as soon as a chunk ends. */
export class StdoutLines implements Destination {
  /** Name in the table of logging modes and in metric labels. */
  readonly name = "stdout";
  /** Counts of the lines, by outcome. */
  readonly book: Book;
  /** What it holds now. */
  readonly backlog: Backlog = { bytes: 0, lines: 0 };
  #envelope: LogEnvelope | undefined;
  readonly #maxBufferedBytes: number;
  readonly #pressure: BackPressure;
  readonly #writer: LineWriter;

  /** Writes nothing yet. */
  constructor(options: StdoutLinesOptions) {
    const { sink, envelope, openBook, pressure } = options;
    this.#envelope = envelope;
    this.#maxBufferedBytes = pressure.maxBufferedBytes;
    this.book = openBook(() => this.backlog.lines);
    this.#pressure = new BackPressure({
      backlog: this.backlog,
      flushAll: () => this.#writer.flush(),
      onFailure: () => {},
    }, pressure);
    const owner = { book: this.book, backlog: this.backlog, pressure: this.#pressure };
    const sender = new StdoutSender(sink);
    this.#writer = createWriter("standard output", sender, thresholdBytes, owner, options);
  }

  /** Whether records are written as they are, without the envelope. */
  get isRaw(): boolean {
    return this.#envelope === undefined;
  }

  /** Encodes new records in this envelope; with undefined they are written as they are. */
  useEnvelope(envelope: LogEnvelope | undefined): void {
    this.#envelope = envelope;
  }

  /** Takes a message. Returns whether it was not dropped. */
  write(view: LogMessageView): boolean {
    this.book.accepted++;
    const writer = this.#writer;
    if (this.#pressure.isActive && !this.#pressure.admits(writer)) {
      this.book.drop("overflow");
      return false;
    }
    const lines = writer.buffer;
    if (this.#envelope === undefined) lines.append(view);
    else {
      const block = lines.reserve(this.#envelope.maxLength(view) + 1);
      const end = this.#envelope.writeTo(view, block, block.used);
      block.bytes[end] = LINE_FEED;
      lines.commit(block, end + 1);
    }
    if (lines.held + this.backlog.bytes >= this.#maxBufferedBytes) this.#pressure.filled(writer);
    return true;
  }

  /** Takes a message whose publisher waits for the receipt. */
  writeWithReceipt(view: LogMessageView, receipt: Receipt): void {
    if (this.write(view)) this.#writer.addReceipt(receipt);
    else receipt.refuse("overflow");
  }

  /** Starts writing. */
  endOfChunk(): void {
    this.#writer.poke();
  }

  /** Starts writing lines that arrived without an end of a chunk. */
  tick(): void {
    this.#writer.poke();
  }

  /** Lets the publishers continue when the logging mode does not use the standard output any more. */
  configure(isActive: boolean): void {
    if (!isActive) this.#pressure.releaseAll();
  }

  /** Writes all lines that wait. */
  flush(): Promise<void> {
    return this.#writer.flushed();
  }

  /** Writes all lines until `signal` aborts; drops and counts the rest, and returns how many those were. */
  close(signal: AbortSignal): Promise<number> {
    return this.#writer.close(signal);
  }
}
