/**
 * Writes verdicts to the store of the configuration service: the commit key, compatible with XGVela, and its
 * details, in one transaction, in the order of the verdicts.
 *
 * Invariant: a failure (`-1`) is always written, before any newer value, because its write alone makes the
 * configuration service act. Any other value is replaced by a newer one that is not a failure. Nothing is given
 * up: a write that fails is retried until the agent stops, and the next run continues. So at most one value and
 * `maxFailures` failures are pending per commit key while the store is unreachable.
 *
 * @module
 */
import {
  backoff,
  type Clock,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  textCodec,
} from "../../core/mod.ts";
import { parseRevision } from "../config_keys/mod.ts";
import { failureValue } from "./change_record.ts";

/** One commit. */
export interface Commit {
  /** The commit key. */
  readonly key: string;
  /** Value of the commit key. */
  readonly value: string;
  /** Key of the details. */
  readonly statusKey: string;
  /** Details, stored as JSON. */
  readonly detail: unknown;
  /** Write only when the key holds no higher revision. Default false. */
  readonly onlyRaise?: boolean;
  /** Called when it is written. */
  readonly onWritten?: () => void;
  /** Called with the error when the first attempt to write it failed; it is tried again. */
  readonly onFailed?: (error: unknown) => void;
  /** Called with the value that replaced it before it was written. */
  readonly onReplaced?: (by: string) => void;
}

/** Options of {@linkcode CommitWriter}. */
export interface CommitWriterOptions {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Called after each failed attempt. */
  readonly onFailure: () => void;
  /** Starts a background task that ends when its signal aborts. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
}

/** Most failures pending per commit key; one more is merged with the last: a single `-1` then reports both. */
const maxFailures = 64;

const detailCodec = jsonCodec((value) => value);

/** A commit in the queue of its key, with the callbacks of those merged into it. */
interface Pending {
  commit: Commit;
  readonly written: (() => void)[];
  /** Whether an attempt to write it is in flight. */
  isActive: boolean;
  /** Whether an attempt failed. */
  hasFailed: boolean;
}

/** Writes commits in the background, one at a time per key, with retries. */
export class CommitWriter {
  readonly #options: CommitWriterOptions;
  readonly #queues = new Map<string, Pending[]>();
  readonly #idle = new Set<() => void>();
  /** Commit keys whose last attempt failed. */
  readonly #failing = new Set<string>();

  constructor(options: CommitWriterOptions) {
    this.#options = options;
  }

  /** Number of commits not written yet. */
  get pending(): number {
    return this.#queues.values().reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Whether the last attempt for one of the keys failed. */
  get isFailing(): boolean {
    return this.#failing.size > 0;
  }

  /** Schedules a commit behind those of its key that are not written yet. */
  write(commit: Commit): void {
    const { key } = commit;
    const known = this.#queues.get(key);
    if (known) return this.#enqueue(known, commit);
    const queue: Pending[] = [];
    this.#enqueue(queue, commit);
    this.#queues.set(key, queue);
    this.#options.run(`commit ${key}`, (signal) => this.#drain(key, queue, signal));
  }

  /** Resolves when nothing is pending or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#queues.size === 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#idle.delete(resolve);
  }

  #enqueue(queue: Pending[], commit: Commit): void {
    const written = commit.onWritten ? [commit.onWritten] : [];
    if (!isFailure(commit)) {
      for (const pending of queue.filter((other) => !other.isActive && !isFailure(other.commit))) {
        queue.splice(queue.indexOf(pending), 1);
        pending.commit.onReplaced?.(commit.value);
      }
    } else if (queue.filter((other) => isFailure(other.commit)).length >= maxFailures) {
      const last = queue.findLast((other) => !other.isActive && isFailure(other.commit));
      if (last) {
        last.commit = commit;
        last.written.push(...written);
        return;
      }
    }
    queue.push({ commit, written, isActive: false, hasFailed: false });
  }

  /** Writes the first commit of the queue until the queue is empty. */
  async #drain(key: string, queue: Pending[], signal: AbortSignal): Promise<void> {
    const { clock, random, log, onFailure } = this.#options;
    const delays = backoff({ min: 100, max: 5_000, random });
    for (let first = queue[0]; first; first = queue[0]) {
      const { commit } = first;
      const error = await this.#attempt(first, signal);
      if (error === undefined) {
        this.#failing.delete(key);
        queue.shift();
        for (const onWritten of first.written) onWritten();
        delays.reset();
        continue;
      }
      this.#failing.add(key);
      onFailure();
      if (!first.hasFailed) commit.onFailed?.(error);
      first.hasFailed = true;
      log.warn(`Cannot commit ${commit.value} to ${key}; retrying`, { error });
      const newer = queue.findLast((other) => other !== first && !isFailure(other.commit));
      if (newer && !isFailure(commit)) {
        queue.shift();
        commit.onReplaced?.(newer.commit.value);
      } else await clock.sleep(delays.next(), { signal });
    }
    this.#queues.delete(key);
    if (this.#queues.size > 0) return;
    for (const resolve of this.#idle) resolve();
  }

  /** Tries once. Returns the error of a failed attempt. */
  async #attempt(pending: Pending, signal: AbortSignal): Promise<unknown> {
    pending.isActive = true;
    try {
      await this.#put(pending.commit, signal);
    } catch (error) {
      signal.throwIfAborted();
      return error;
    } finally {
      pending.isActive = false;
    }
  }

  async #put({ key, value, statusKey, detail, onlyRaise }: Commit, signal: AbortSignal) {
    const { store } = this.#options;
    if (onlyRaise) {
      const entry = await store.get(key, { signal });
      const present = entry && parseRevision(new TextDecoder().decode(entry.value));
      if (present !== undefined && present > Number(value)) return;
    }
    await store.txn({
      operations: [
        { type: "put", key, value: textCodec.encode(value) },
        { type: "put", key: statusKey, value: detailCodec.encode(detail) },
      ],
    }, { signal });
  }
}

function isFailure({ value }: Commit): boolean {
  return value === failureValue;
}
