/**
 * Writes verdicts to the store of the configuration service: the commit key, compatible with XGVela, and its
 * details, in one transaction. Each commit key has one slot: a newer value replaces an unwritten one, so the
 * number of pending commits is bounded while the store is unreachable.
 *
 * @module
 */
import {
  backoff,
  type Clock,
  describeError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  textCodec,
} from "../../core/mod.ts";
import { parseRevision } from "../config_keys/mod.ts";

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
  /** Time of the clock's `monotonic` after which it is not retried. Default: never. */
  readonly giveUpAt?: number;
  /** Called when it is written. */
  readonly onWritten?: () => void;
  /** Called with the reason when it is given up or replaced. */
  readonly onAbandoned?: (reason: string) => void;
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

const detailCodec = jsonCodec((value) => value);

/** Writes commits in the background, with retries until each is written, replaced or given up. */
export class CommitWriter {
  readonly #options: CommitWriterOptions;
  readonly #slots = new Map<string, Commit>();
  /** Commits with an attempt in flight; that attempt reports their outcome. */
  readonly #active = new Set<Commit>();
  readonly #idle = new Set<() => void>();
  /** Commit keys whose last attempt failed. */
  readonly #failing = new Set<string>();

  constructor(options: CommitWriterOptions) {
    this.#options = options;
  }

  /** Number of commits not written yet. */
  get pending(): number {
    return this.#slots.size;
  }

  /** Whether the last attempt for one of the keys failed. */
  get isFailing(): boolean {
    return this.#failing.size > 0;
  }

  /** Schedules a commit. It is written after the attempt in flight for its key, if any. */
  write(commit: Commit): void {
    const replaced = this.#slots.get(commit.key);
    this.#slots.set(commit.key, commit);
    if (!replaced) {
      this.#options.run(`commit ${commit.key}`, (signal) => this.#drain(commit.key, signal));
    } else if (!this.#active.has(replaced)) {
      replaced.onAbandoned?.(`replaced by ${commit.value} before it was written`);
    }
  }

  /** Resolves when nothing is pending, or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#slots.size === 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#idle.delete(resolve);
  }

  /** Writes the commit in the slot, and those that replace it meanwhile. */
  async #drain(key: string, signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    const delays = backoff({ min: 100, max: 5_000, random });
    for (let commit = this.#slots.get(key); commit; commit = this.#slots.get(key)) {
      const error = await this.#attempt(commit, signal);
      if (error === undefined) {
        this.#failing.delete(key);
        this.#leave(commit);
        commit.onWritten?.();
        delays.reset();
        continue;
      }
      this.#failing.add(key);
      this.#options.onFailure();
      log.warn(`Cannot commit ${commit.value} to ${key}; retrying`, { error });
      const isReplaced = this.#slots.get(key) !== commit;
      if (isReplaced || clock.monotonic() >= (commit.giveUpAt ?? Infinity)) {
        this.#leave(commit);
        if (!isReplaced) this.#failing.delete(key);
        commit.onAbandoned?.(
          isReplaced ? "replaced by a newer commit" : `not written: ${describeError(error)}`,
        );
      } else await clock.sleep(delays.next(), { signal });
    }
  }

  /** Tries once. Returns the error of a failed attempt. */
  async #attempt(commit: Commit, signal: AbortSignal): Promise<unknown> {
    this.#active.add(commit);
    try {
      await this.#put(commit, signal);
    } catch (error) {
      signal.throwIfAborted();
      return error;
    } finally {
      this.#active.delete(commit);
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

  /** Empties the slot unless a newer commit is in it. */
  #leave(commit: Commit): void {
    if (this.#slots.get(commit.key) !== commit) return;
    this.#slots.delete(commit.key);
    if (this.#slots.size > 0) return;
    for (const resolve of this.#idle) resolve();
  }
}
