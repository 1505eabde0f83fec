/**
 * Writing verdicts to the store of the configuration service: the commit key, compatible with XGVela, and in
 * the same transaction the detail beside it. Each commit key has one slot: a newer value replaces one that
 * is not written yet, so nothing can pile up while the store is away.
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
import { parseRevision } from "./change_set_key.ts";

/** One value to be committed. */
export interface Commit {
  /** The commit key. */
  readonly key: string;
  /** What is written to it. */
  readonly value: string;
  /** Key of the detail. */
  readonly statusKey: string;
  /** Detail, stored as JSON. */
  readonly detail: unknown;
  /** Leave the key as it is when it holds a higher revision. Default false. */
  readonly onlyRaise?: boolean;
  /** When to give up, on the clock's `monotonic`. Default: never. */
  readonly giveUpAt?: number;
  /** Told when it is written. */
  readonly onWritten?: () => void;
  /** Told when it was given up, or another one took its place. */
  readonly onAbandoned?: (reason: string) => void;
}

/** Options of {@linkcode CommitWriter}. */
export interface CommitWriterOptions {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Told of each attempt that failed. */
  readonly onFailure: () => void;
  /** Starts a background task that ends when its signal aborts. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void;
}

const detailCodec = jsonCodec((value) => value);

/** Writes commits, retrying until they are written, replaced or given up. */
export class CommitWriter {
  readonly #options: CommitWriterOptions;
  readonly #slots = new Map<string, Commit>();
  /** Commits of which an attempt is under way; they learn their end from it. */
  readonly #active = new Set<Commit>();
  readonly #idle = new Set<() => void>();

  constructor(options: CommitWriterOptions) {
    this.#options = options;
  }

  /** Commits that are not written yet. */
  get pending(): number {
    return this.#slots.size;
  }

  /** Takes a commit; it is written in the background, after an attempt that is under way for its key. */
  write(commit: Commit): void {
    const replaced = this.#slots.get(commit.key);
    this.#slots.set(commit.key, commit);
    if (!replaced) {
      this.#options.run(`commit ${commit.key}`, (signal) => this.#drain(commit.key, signal));
    } else if (!this.#active.has(replaced)) {
      replaced.onAbandoned?.(`${commit.value} took its place before it was written`);
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

  /** Writes what the slot holds, and what replaces it meanwhile. */
  async #drain(key: string, signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    const delays = backoff({ min: 100, max: 5_000, random });
    for (let commit = this.#slots.get(key); commit; commit = this.#slots.get(key)) {
      const error = await this.#attempt(commit, signal);
      if (error === undefined) {
        this.#leave(commit);
        commit.onWritten?.();
        delays.reset();
        continue;
      }
      this.#options.onFailure();
      log.warn(`Cannot commit ${commit.value} to ${key}, trying again`, { error });
      const isReplaced = this.#slots.get(key) !== commit;
      if (isReplaced || clock.monotonic() >= (commit.giveUpAt ?? Infinity)) {
        this.#leave(commit);
        commit.onAbandoned?.(
          isReplaced ? "another commit took its place" : `not written: ${describeError(error)}`,
        );
      } else await clock.sleep(delays.next(), { signal });
    }
  }

  /** One attempt; returns what it failed with. */
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

  /** Empties the slot, unless another commit has taken it. */
  #leave(commit: Commit): void {
    if (this.#slots.get(commit.key) !== commit) return;
    this.#slots.delete(commit.key);
    if (this.#slots.size > 0) return;
    for (const resolve of this.#idle) resolve();
  }
}
