/**
 * A bounded queue of change batches between a store and the one reader of a watch. The store never waits:
 * when the reader is too slow, its own watch ends and nothing else is affected.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { ChangeBatch } from "./contract.ts";

/** Options of {@linkcode WatchChannel}. */
export interface WatchChannelOptions {
  /** The watched prefix, for error texts. */
  prefix: string;
  /** Maximum changes kept for a slow reader, at least 1. */
  maxPending: number;
  /** Batches before this revision are not reported. Default: 1. */
  firstRevision?: number;
  /** Past batches. The reader receives all of them before the first pushed batch; each is fetched on demand. */
  replay?: Iterator<ChangeBatch>;
  /** Ends the watch without an error. */
  signal?: AbortSignal;
  /** Called once when the watch ends, whatever the reason. */
  onEnd?: () => void;
  /** Called when the reader has received the last pending batch. */
  onDrained?: () => void;
}

type Ended = { readonly error?: unknown };

/** A watch as an async iterable with one reader. Stores use it; their users only get the iterable. */
export class WatchChannel implements AsyncIterableIterator<ChangeBatch, undefined> {
  readonly #options: WatchChannelOptions;
  #queue: ChangeBatch[] = [];
  #pending = 0;
  #lastRevision: number;
  #replay: Iterator<ChangeBatch> | undefined;
  #reader: PromiseWithResolvers<IteratorResult<ChangeBatch, undefined>> | undefined;
  #ended: Ended | undefined;

  /**
   * Opens a channel.
   *
   * @throws The reason of the signal, when it is already aborted.
   */
  constructor(options: WatchChannelOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    this.#lastRevision = (options.firstRevision ?? 1) - 1;
    this.#replay = options.replay;
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Number of changes that the reader has not received yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Revision of the last pushed batch; after a reconnect, the store continues with the next one. */
  get lastRevision(): number {
    return this.#lastRevision;
  }

  /** Whether the watch has ended and ignores further batches. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Adds a batch for the reader. A batch that is not newer than the last one is ignored, because a server
   * may repeat batches after a reconnect.
   *
   * When the batch exceeds the limit, the watch ends with `queue_full` after the pending batches. A batch is
   * always accepted when none is pending, whatever its size, and so is a batch of the `backlog`: a store
   * that replays past changes has to wait itself (see {@linkcode pending} and `onDrained`).
   */
  push(batch: ChangeBatch, { backlog = false }: { backlog?: boolean } = {}): void {
    if (this.#ended || batch.revision <= this.#lastRevision) return;
    this.#lastRevision = batch.revision;
    if (this.#reader) {
      this.#settle({ done: false, value: batch });
    } else if (!backlog && this.#isTooMuch(batch)) {
      this.fail(this.#tooSlow());
    } else {
      this.#queue.push(batch);
      this.#pending += batch.changes.length;
    }
  }

  /** Ends the watch with an error, which the reader gets after the pending batches. Further calls have no effect. */
  fail(error: unknown): void {
    this.#end({ error });
  }

  /** Returns the next batch, waiting for it if needed. */
  next(): Promise<IteratorResult<ChangeBatch, undefined>> {
    const past = this.#past();
    if (past) return Promise.resolve({ done: false, value: past });
    const batch = this.#queue.shift();
    if (batch) {
      this.#pending -= batch.changes.length;
      if (this.#pending === 0) this.#options.onDrained?.();
      return Promise.resolve({ done: false, value: batch });
    }
    if (this.#ended) return this.#final(this.#ended);
    if (this.#reader) throw new TypeError("Cannot read a watch twice at the same time");
    this.#reader = Promise.withResolvers<IteratorResult<ChangeBatch, undefined>>();
    return this.#reader.promise;
  }

  /** Ends the watch; a `for await` loop calls this when it is left. */
  return(): Promise<IteratorResult<ChangeBatch, undefined>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The same as {@linkcode return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Returns the channel itself, which can be read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onAbort = () => this.#stop();

  /** The next past batch. When reading it fails, the watch ends, because later batches would follow a gap. */
  #past(): ChangeBatch | undefined {
    try {
      const next = this.#replay?.next();
      if (next && !next.done) return next.value;
      this.#replay = undefined;
    } catch (error) {
      this.#stop(error);
    }
  }

  #stop(error?: unknown): void {
    this.#replay = undefined;
    this.#queue = [];
    this.#pending = 0;
    // The reader has ended the watch, so an error that it has not received yet is dropped.
    this.#ended = this.#ended && {};
    this.#end(error === undefined ? {} : { error });
  }

  #end(ended: Ended): void {
    if (this.#ended) return;
    this.#ended = ended;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#reader) {
      const final = this.#final(ended);
      this.#reader.resolve(final);
      this.#reader = undefined;
    }
    this.#options.onEnd?.();
  }

  /** Throws the error once; after that, reading returns the end. */
  #final(ended: Ended): Promise<IteratorResult<ChangeBatch, undefined>> {
    this.#ended = {};
    if ("error" in ended) return Promise.reject(ended.error);
    return Promise.resolve({ done: true, value: undefined });
  }

  #settle(outcome: IteratorResult<ChangeBatch, undefined>): void {
    const reader = this.#reader!;
    this.#reader = undefined;
    reader.resolve(outcome);
  }

  #isTooMuch({ changes }: ChangeBatch): boolean {
    return this.#pending > 0 && this.#pending + changes.length > this.#options.maxPending;
  }

  #tooSlow(): AgentError {
    const { prefix, maxPending } = this.#options;
    return new AgentError(
      "queue_full",
      `Cannot watch prefix "${prefix}": the reader fell ${maxPending} changes behind; ` +
        "read faster, raise maxPending, or use listAndWatch, which resyncs",
    );
  }
}
