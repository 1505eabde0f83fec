/**
 * Writes blocks of lines to a stream.
 *
 * @module
 */
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { Block } from "../lines/mod.ts";
import { untilAborted } from "../until_aborted.ts";

const aborted: Delivery = Object.freeze({ status: "retry", reason: "aborted" });

/** A stream of bytes, as `Deno.stdout` is one. */
export interface ByteSink {
  /** Writes some of the bytes and returns their number. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Sends blocks to a stream. A closed stream rejects them: there is no second standard output to retry with. */
export class StdoutSender implements Sender<Block> {
  readonly #sink: ByteSink;

  /** Writes nothing yet. */
  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Writes the rest of the block. When the signal aborts, a write of which the result is unknown may go on. */
  async send(block: Block, signal: AbortSignal): Promise<Delivery> {
    if (signal.aborted) return aborted;
    try {
      return await untilAborted(this.#write(block, signal), signal);
    } catch (cause) {
      if (signal.aborted) return aborted;
      const isClosed = cause instanceof Deno.errors.BrokenPipe ||
        cause instanceof Deno.errors.BadResource;
      return isClosed
        ? { status: "rejected", reason: "stdout_closed", cause }
        : { status: "retry", reason: "io_error", cause };
    }
  }

  async #write(block: Block, signal: AbortSignal): Promise<Delivery> {
    while (block.written < block.used) {
      signal.throwIfAborted();
      block.written += await this.#sink.write(block.bytes.subarray(block.written, block.used));
    }
    return delivered;
  }
}
