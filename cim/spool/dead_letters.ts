/**
 * Records that a destination refused for good, in a file for an operator: one JSON object a line with the time,
 * the route, the reason, the cause and the original bytes in base64.
 *
 * Bound: a file that reaches half of the maximum is renamed to `<name>.old` and replaces the one before, so the
 * newest letters are kept. Letters that cannot be written are counted and logged once per failure.
 *
 * @module
 */
import { type Clock, describeError, type Logger } from "../../core/mod.ts";

/** One refused record. */
export interface DeadLetter {
  /** Name of the route, as in its book. */
  readonly route: string;
  /** Why it was refused, as counted in the book. */
  readonly reason: string;
  /** The original bytes. */
  readonly record: Uint8Array;
  /** The answer of the destination. */
  readonly cause?: unknown;
}

/** Options of {@linkcode DeadLetters}. */
export interface DeadLettersOptions {
  /** Path of the file; its folder must exist. */
  readonly path: string;
  /** Maximum bytes of both files together, above 0. A single larger letter is kept alone. */
  readonly maxBytes: number;
  /** Clock for the time of a letter. */
  readonly clock: Clock;
  /** Logger for letters that cannot be written. */
  readonly log: Logger;
}

/** Letters that may wait to be written; more are counted as lost. */
const maxWaiting = 1_000;

/** Keeps refused records in a bounded file. */
export class DeadLetters {
  /** Letters written. */
  written = 0;
  /** Letters that could not be written. */
  lost = 0;
  readonly #options: DeadLettersOptions;
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();
  #isFailing = false;

  /** Writes nothing yet. */
  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Writes a letter in the background; the bytes are copied at once. */
  add({ route, reason, record, cause }: DeadLetter): void {
    if (this.#waiting >= maxWaiting) {
      this.lost++;
      return;
    }
    const line = JSON.stringify({
      time: new Date(this.#options.clock.now()).toISOString(),
      route,
      reason,
      cause: cause === undefined ? undefined : describeError(cause),
      record: record.toBase64(),
    });
    this.#waiting++;
    this.#tail = this.#tail.then(() => this.#write(`${line}\n`));
  }

  /** Resolves when all letters were written or lost. */
  flush(): Promise<void> {
    return this.#tail;
  }

  async #write(line: string): Promise<void> {
    const { path, maxBytes, log } = this.#options;
    this.#waiting--;
    try {
      const size = await sizeOf(path);
      if (size > 0 && size + line.length > maxBytes / 2) await Deno.rename(path, `${path}.old`);
      await Deno.writeTextFile(path, line, { append: true, mode: 0o600 });
      this.written++;
      this.#isFailing = false;
    } catch (error) {
      this.lost++;
      if (this.#isFailing) return;
      this.#isFailing = true;
      log.error("Cannot write a dead letter; it is lost", { path, error });
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
