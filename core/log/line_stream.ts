/**
 * Writes lines to a stream that may fail or block, such as standard error with a full disk, a closed pipe or a
 * reader that has stopped. The caller neither waits nor fails.
 *
 * Lines wait in a bounded buffer and are written in the background, several at a time. When the buffer is full,
 * new lines are dropped; when a write fails, the waiting lines are dropped. Both are counted and reported. After a failure the
 * stream is tried again at most once in `retryDelay`, and only when there is a line to write, so that a program
 * with a broken stream can end.
 *
 * @module
 */
import { type Clock, deadline, systemClock } from "../async/mod.ts";
import { hasCode } from "../errors/mod.ts";
import { bytes, type Duration, formatSize, milliseconds, type Size } from "../units/mod.ts";

/** The part of a stream that {@linkcode LineStream} uses, such as `Deno.stderr`. */
export interface ByteStream {
  /** Writes some of the bytes and returns how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Options of {@linkcode LineStream}. */
export interface LineStreamOptions {
  /** Maximum size of the lines that wait, counted in UTF-16 code units. Default `"1MiB"`. */
  capacity?: Size;
  /** Minimum time between a failure and the next attempt. Default `"1s"`. */
  retryDelay?: Duration;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
}

/** State of a stream: whether lines are written, and how many were dropped since it last worked. */
export type LineStreamHealth =
  | { readonly state: "ok"; readonly dropped: number }
  | { readonly state: "failing"; readonly error: unknown };

/** Characters encoded and written at a time. */
const chunkLength = 64 * 1024;

/**
 * A stream of lines that never fails its caller.
 *
 * @example
 * ```ts
 * import { consoleSink, LineStream, LogRegistry } from "./mod.ts";
 *
 * const stream = new LineStream(Deno.stderr);
 * const logs = new LogRegistry({ sinks: [consoleSink("json", (line) => stream.write(line))] });
 * logs.logger("example").info("Hello");
 * await stream.flush("1s");
 * ```
 */
export class LineStream {
  readonly #stream: ByteStream;
  readonly #capacity: number;
  readonly #retryDelayMs: number;
  readonly #clock: Clock;
  readonly #listeners = new Set<(health: LineStreamHealth) => void>();
  #lines: string[] = [];
  #length = 0;
  #dropped = 0;
  #droppedWhileFailing = 0;
  /** Whether lines were dropped since the last write because the buffer was full. */
  #isFull = false;
  #failure: { readonly at: number; readonly error: unknown } | undefined;
  #running: Promise<void> | undefined;

  /** Creates a stream of lines; writes nothing yet. */
  constructor(stream: ByteStream, options: LineStreamOptions = {}) {
    const { capacity = "1MiB", retryDelay = "1s", clock = systemClock } = options;
    this.#stream = stream;
    this.#capacity = bytes(capacity, "capacity", { min: 1 });
    this.#retryDelayMs = milliseconds(retryDelay, "retryDelay");
    this.#clock = clock;
  }

  /** Number of lines dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds one line, given without its line feed. Drops it when the buffer is full. */
  write(line: string): void {
    const length = line.length + 1;
    if (this.#length + length > this.#capacity) return this.#refuse();
    this.#lines.push(line);
    this.#length += length;
    this.#running ??= this.#run();
  }

  /** Calls the listener when writing begins to fail or the buffer is full, and when it works again. The listener must not throw. */
  onHealth(listener: (health: LineStreamHealth) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Waits until all lines are written or dropped; returns false when `limit` passes before. */
  async flush(limit: Duration): Promise<boolean> {
    const running = this.#running;
    if (!running) return true;
    try {
      await deadline(() => running, limit, { action: "flush the log", clock: this.#clock });
      return true;
    } catch (error) {
      // Only the time limit throws: `#run` handles the failures of the stream.
      if (hasCode(error, "deadline_exceeded")) return false;
      throw error;
    }
  }

  async #run(): Promise<void> {
    // Lines that are written in one turn of the event loop are written together.
    await Promise.resolve();
    while (this.#lines.length > 0) {
      await this.#pause();
      const lines = this.#take();
      try {
        await this.#writeAll(new TextEncoder().encode(`${lines.join("\n")}\n`));
        this.#recovered();
      } catch (error) {
        this.#failed(error, lines.length);
      }
    }
    this.#running = undefined;
  }

  /** After a failure, waits for the rest of the retry delay. */
  async #pause(): Promise<void> {
    if (!this.#failure) return;
    const dueMs = this.#failure.at + this.#retryDelayMs - this.#clock.monotonic();
    if (dueMs > 0) await this.#clock.sleep(dueMs);
  }

  #take(): string[] {
    let length = 0;
    let count = 0;
    while (count < this.#lines.length && (count === 0 || length < chunkLength)) {
      length += this.#lines[count++].length + 1;
    }
    this.#length -= length;
    return this.#lines.splice(0, count);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
  }

  #failed(error: unknown, unwritten: number): void {
    this.#drop(unwritten + this.#lines.length);
    this.#lines = [];
    this.#length = 0;
    const isNew = !this.#failure && !this.#isFull;
    this.#failure = { at: this.#clock.monotonic(), error };
    if (isNew) this.#report({ state: "failing", error });
  }

  /** Drops a line because the buffer is full. The first one since the stream last worked is reported. */
  #refuse(): void {
    const isNew = !this.#failure && !this.#isFull;
    this.#isFull = true;
    this.#drop(1);
    if (!isNew) return;
    const reason = `${
      formatSize(this.#capacity)
    } wait and the reader does not read; lines are dropped`;
    this.#report({ state: "failing", error: new Error(reason) });
  }

  #recovered(): void {
    const dropped = this.#droppedWhileFailing;
    if (!this.#failure && dropped === 0) return;
    this.#failure = undefined;
    this.#isFull = false;
    this.#droppedWhileFailing = 0;
    this.#report({ state: "ok", dropped });
  }

  #drop(count: number): void {
    this.#dropped += count;
    this.#droppedWhileFailing += count;
  }

  #report(health: LineStreamHealth): void {
    for (const listener of this.#listeners) listener(health);
  }
}
