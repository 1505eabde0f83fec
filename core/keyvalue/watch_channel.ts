/**
 * The reader's side of one watch: a bounded queue of batches that a store fills and one reader empties.
 * It never makes the store wait; a reader that is too slow loses its own watch and nothing else.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { ChangeBatch } from "./contract.ts";

/** Options of {@linkcode WatchChannel}. */
export interface WatchChannelOptions {
  /** What is watched, for error texts. */
  prefix: string;
  /** Changes kept for a slow reader, at least 1. */
  maxPending: number;
  /** Batches before this revision are not reported. Default: all are. */
  firstRevision?: number;
  /** The past, read before anything that is pushed, one batch for each that the reader takes. */
  replay?: Iterator<ChangeBatch>;
  /** Ends the iteration without an error. */
  signal?: AbortSignal;
  /** Called once, when the watch is over for whatever reason: stop feeding it. */
  onEnd?: () => void;
  /** Called when the reader took the last pending batch. */
  onDrained?: () => void;
}

type Ended = { readonly error?: unknown };

/** A watch as an async iterable with one reader. Use it to write a store; users only see the iterable. */
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
   * @throws The signal's reason, when it is aborted already.
   */
  constructor(options: WatchChannelOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    this.#lastRevision = (options.firstRevision ?? 1) - 1;
    this.#replay = options.replay;
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Changes that wait for the reader. */
  get pending(): number {
    return this.#pending;
  }

  /** Revision of the last batch that was pushed; a store that reconnects goes on after it. */
  get lastRevision(): number {
    return this.#lastRevision;
  }

  /** Whether the watch is over and takes nothing more. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Hands a batch to the reader; one that is not newer than the last is ignored, so that a server
   * which repeats itself after a reconnect does no harm.
   *
   * A reader that is too far behind is ended with `queue_full` after what it had pending. A batch that
   * finds nothing pending is always taken, however large, and so are those of the `backlog`: a store
   * that replays the past is the one that must wait (see {@linkcode pending} and `onDrained`), since the
   * reader could not have kept up.
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

  /** Ends the watch with an error, after what is pending was read. Further calls do nothing. */
  fail(error: unknown): void {
    this.#end({ error });
  }

  /** The next batch, when there is one. */
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

  /** Ends the watch from the reader's side, as leaving a `for await` loop does. */
  return(): Promise<IteratorResult<ChangeBatch, undefined>> {
    this.#stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The same as {@linkcode return}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The channel itself: it is read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onAbort = () => this.#stop();

  /** The next batch of the replay; a replay that fails ends the watch, for what follows has a gap. */
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
    // An error that nobody has read yet goes too: the reader does not want to know any more.
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

  /** The error is thrown once; reading on after it finds the end. */
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
        "read faster, raise maxPending, or use listAndWatch, which recovers",
    );
  }
}
