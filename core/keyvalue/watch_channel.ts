/**
 * A bounded queue of change batches between a store and the one reader of a watch. The store never waits:
 * when the reader is too slow, its own watch ends and nothing else is affected.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import { changesBytes } from "./bytes.ts";
import type { ChangeBatch } from "./contract.ts";
import type { PendingBudget, PendingHolder } from "./pending_budget.ts";

/** Options of {@linkcode WatchChannel}. */
export interface WatchChannelOptions {
  /** The watched prefix, for error texts. */
  prefix: string;
  /** Maximum changes kept for a slow reader, at least 1. */
  maxPending: number;
  /** Maximum bytes of these changes, at least 1. */
  maxPendingBytes: number;
  /** Limit that this watch shares with the other watches of its store. Default: none. */
  budget?: PendingBudget;
  /** Batches before this revision are not reported. Default: 1. */
  firstRevision?: number;
  /** Past batches. The reader receives all of them before the first pushed batch; each is fetched on demand. */
  replay?: Iterator<ChangeBatch>;
  /** Called with each pushed batch when the reader receives it; returns the batch for the reader. Default: itself. */
  deliver?: (batch: ChangeBatch) => ChangeBatch;
  /** Ends the watch without an error. */
  signal?: AbortSignal;
  /** Called once when the watch ends, whatever the reason. */
  onEnd?: () => void;
  /** Called when the reader has received the last pending batch. */
  onDrained?: () => void;
  /** Called when the watch ends with `queue_full`. */
  onOverflow?: () => void;
}

type Ended = { readonly error?: unknown };

interface Pending {
  readonly batch: ChangeBatch;
  readonly bytes: number;
}

/** A watch as an async iterable with one reader. Stores use it; their users only get the iterable. */
export class WatchChannel implements AsyncIterableIterator<ChangeBatch, undefined>, PendingHolder {
  readonly #options: WatchChannelOptions;
  #queue: Pending[] = [];
  #pending = 0;
  #pendingBytes = 0;
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

  /** Approximate bytes of these changes. */
  get pendingBytes(): number {
    return this.#pendingBytes;
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
   * When the batch exceeds a limit, the watch ends with `queue_full` after the pending batches. A batch is
   * always accepted when none is pending, whatever its size, and so is a batch of the `backlog`: a store
   * that replays past changes has to wait itself (see {@linkcode pending} and `onDrained`).
   */
  push(batch: ChangeBatch, { backlog = false }: { backlog?: boolean } = {}): void {
    if (this.#ended || batch.revision <= this.#lastRevision) return;
    this.#lastRevision = batch.revision;
    if (this.#reader) {
      this.#settle({ done: false, value: this.#delivered(batch) });
      return;
    }
    const bytes = changesBytes(batch.changes);
    if (!backlog && this.#isTooMuch(batch, bytes)) {
      this.#overflow(this.#tooSlow());
      return;
    }
    this.#queue.push({ batch, bytes });
    this.#pending += batch.changes.length;
    this.#pendingBytes += bytes;
    this.#options.budget?.add(this, bytes);
  }

  /** Drops the pending batches and ends the watch with `queue_full`; called when the shared limit is exceeded. */
  evict(maxBytes: number): void {
    this.#drop();
    this.#overflow(
      new AgentError(
        "queue_full",
        `Cannot watch prefix "${this.#options.prefix}": the pending changes of all watches of the store ` +
          `exceed ${maxBytes} bytes, and this watch had the most; read faster, or use listAndWatch, which resyncs`,
      ),
    );
  }

  /** Ends the watch with an error, which the reader gets after the pending batches. Further calls have no effect. */
  fail(error: unknown): void {
    this.#end({ error });
  }

  /** Returns the next batch, waiting for it if needed. */
  next(): Promise<IteratorResult<ChangeBatch, undefined>> {
    const past = this.#past();
    if (past) return Promise.resolve({ done: false, value: past });
    const pending = this.#queue.shift();
    if (pending) {
      const { batch, bytes } = pending;
      this.#pending -= batch.changes.length;
      this.#pendingBytes -= bytes;
      this.#options.budget?.remove(this, bytes);
      if (this.#pending === 0) this.#options.onDrained?.();
      return Promise.resolve({ done: false, value: this.#delivered(batch) });
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
    this.#drop();
    // The reader has ended the watch, so an error that it has not received yet is dropped.
    this.#ended = this.#ended && {};
    this.#end(error === undefined ? {} : { error });
  }

  #drop(): void {
    const bytes = this.#pendingBytes;
    this.#replay = undefined;
    this.#queue = [];
    this.#pending = 0;
    this.#pendingBytes = 0;
    if (bytes > 0) this.#options.budget?.remove(this, bytes);
  }

  #overflow(error: AgentError): void {
    if (this.#ended) return;
    this.#options.onOverflow?.();
    this.#end({ error });
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

  #delivered(batch: ChangeBatch): ChangeBatch {
    return this.#options.deliver?.(batch) ?? batch;
  }

  #settle(outcome: IteratorResult<ChangeBatch, undefined>): void {
    const reader = this.#reader!;
    this.#reader = undefined;
    reader.resolve(outcome);
  }

  #isTooMuch({ changes }: ChangeBatch, bytes: number): boolean {
    if (this.#pending === 0) return false;
    const { maxPending, maxPendingBytes } = this.#options;
    return this.#pending + changes.length > maxPending ||
      this.#pendingBytes + bytes > maxPendingBytes;
  }

  #tooSlow(): AgentError {
    const { prefix } = this.#options;
    return new AgentError(
      "queue_full",
      `Cannot watch prefix "${prefix}": the reader is ${this.#pending} changes with ` +
        `${this.#pendingBytes} bytes behind; read faster, raise maxPending or maxPendingBytes, ` +
        "or use listAndWatch, which resyncs",
    );
  }
}
