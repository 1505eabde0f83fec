/**
 * The destination STDOUT: the agent's standard output, one line for each record, in the envelope or as it is.
 *
 * @module
 */
import type { Book } from "../../core/books/mod.ts";
import { delivered, type Delivery, type Sender } from "../../core/forward/mod.ts";
import type { LogEnvelope, LogMessageView } from "../wire/mod.ts";
import type { Block } from "./lines/block.ts";
import { type Destination, type DestinationParts, writerFor } from "./destination.ts";
import type { Backlog } from "./lines/line_buffer.ts";
import type { LineWriter } from "./lines/line_writer.ts";

/** Where bytes go, as `Deno.stdout` takes them. */
export interface ByteSink {
  /** Writes some of the bytes and says how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Options of {@linkcode StdoutLines}. */
export interface StdoutLinesOptions extends DestinationParts {
  /** Where the lines go, normally `Deno.stdout`. */
  readonly sink: ByteSink;
  /** Puts records into the envelope; without it they go out as they are. */
  readonly envelope: LogEnvelope | undefined;
  /** Opens the book with what is in flight. */
  readonly openBook: (inFlight: () => number) => Book;
}

const LINE_FEED = 0x0a;

/** Lines to the standard output, written as soon as a chunk ends. */
export class StdoutLines implements Destination {
  /** What became of the lines. */
  readonly book: Book;
  /** What waits. */
  readonly backlog: Backlog = { bytes: 0, lines: 0 };
  readonly #envelope: LogEnvelope | undefined;
  readonly #maxBacklogBytes: number;
  readonly #writer: LineWriter;

  /** Writes nothing yet. */
  constructor(options: StdoutLinesOptions) {
    const { sink, envelope, openBook, maxBacklogBytes } = options;
    this.#envelope = envelope;
    this.#maxBacklogBytes = maxBacklogBytes;
    this.book = openBook(() => this.backlog.lines);
    this.#writer = writerFor("stdout", sender(sink), this.book, this.backlog, 1, options);
  }

  /** Whether records go out as they are, without the envelope. */
  get isRaw(): boolean {
    return this.#envelope === undefined;
  }

  /** Takes a record. */
  write(view: LogMessageView): void {
    this.book.accepted++;
    if (this.backlog.bytes >= this.#maxBacklogBytes) {
      this.book.drop("overflow");
      return;
    }
    const lines = this.#writer.buffer;
    if (this.#envelope === undefined) {
      lines.append(view);
      return;
    }
    const block = lines.reserve(this.#envelope.maxLength(view) + 1);
    const end = this.#envelope.write(view, block.bytes, block.used);
    block.bytes[end] = LINE_FEED;
    lines.commit(block, end + 1);
  }

  /** Starts writing. */
  endOfChunk(): void {
    this.#writer.poke();
  }

  /** Starts writing what came without a chunk. */
  tick(): void {
    this.#writer.poke();
  }

  /** Writes all there is. */
  flush(): Promise<void> {
    return this.#writer.flushed();
  }

  /** Writes all there is until `signal` aborts. */
  close(signal: AbortSignal): Promise<void> {
    return this.#writer.close(signal);
  }
}

function sender(sink: ByteSink): Sender<Block> {
  return {
    async send(block): Promise<Delivery> {
      try {
        while (block.written < block.used) {
          block.written += await sink.write(block.bytes.subarray(block.written, block.used));
        }
        return delivered;
      } catch (cause) {
        // Nobody reads any more, and nobody will: there is no second standard output.
        const isClosed = cause instanceof Deno.errors.BrokenPipe ||
          cause instanceof Deno.errors.BadResource;
        return isClosed
          ? { status: "rejected", reason: "stdout_closed", cause }
          : { status: "retry", reason: "io_error", cause };
      }
    },
  };
}
