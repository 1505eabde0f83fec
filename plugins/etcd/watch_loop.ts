import { backoff, type Clock, deadline } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import {
  type Change,
  type ChangeBatch,
  compareKeys,
  type PendingBudget,
  storeErrors,
  WatchChannel,
} from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { entryOf, keyText, rangeOf } from "./_pairs.ts";
import type { EtcdDriver, WatchedChange, WatchMessage, WatchStream } from "./driver.ts";
import { etcdError, isNotExecuted, isTokenRefused } from "./errors.ts";
import type { EtcdCounters } from "./stats.ts";

/** What a watch needs from its store. */
export interface WatchLoopOptions {
  readonly driver: EtcdDriver;
  readonly endpoints: readonly string[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log?: Logger;
  readonly counters: EtcdCounters;
  readonly operationTimeoutMs: number;
  readonly prefix: string;
  readonly fromRevision?: number;
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  /** Limit that the watches of the store share. */
  readonly budget: PendingBudget;
  /** Ends the watch without an error. */
  readonly signal?: AbortSignal;
  /** Ends the watch with its reason: the store is closed. */
  readonly closing: AbortSignal;
  /** Called once when the watch has ended. */
  readonly onEnd: (loop: WatchLoop) => void;
}

/** End of one stream: the error for the reader (`final`), or only a reason when the watch is resumed. */
interface StreamEnd {
  readonly final?: unknown;
  readonly reason: string;
}

/**
 * Past changes are read on while fewer bytes than this wait for the reader. It is far below
 * `maxPendingBytes`, because the server stores them anyway.
 */
const backlogBytes = 1024 * 1024;

/** A watch that the server has confirmed. */
interface Attached {
  readonly ended: Promise<StreamEnd>;
}

/**
 * One watch on a sequence of streams. When a stream breaks, a new one continues after the last reported
 * revision; the channel ignores repeated batches. Changes from before a stream was opened are read only as
 * fast as the reader consumes them, because the server stores them; only changes made while the stream is
 * open count against `maxPending` and `maxPendingBytes`.
 */
export class WatchLoop {
  readonly channel: WatchChannel;
  readonly #options: WatchLoopOptions;
  readonly #stopped = new AbortController();
  #stream: WatchStream | undefined;
  #paused = false;
  /** Next revision to report; undefined until the server has sent its current revision. */
  #next: number | undefined;
  /** Greatest revision of the store that the server has sent. */
  #seen = 0;

  private constructor(options: WatchLoopOptions) {
    this.#options = options;
    this.#next = options.fromRevision;
    this.channel = new WatchChannel({
      prefix: options.prefix,
      maxPending: options.maxPending,
      maxPendingBytes: options.maxPendingBytes,
      budget: options.budget,
      firstRevision: options.fromRevision,
      signal: options.signal,
      onDrained: () => this.#resume(),
      onOverflow: () => options.counters.watchOverflows++,
      onEnd: () => this.#stop(),
    });
    const { closing } = options;
    closing.addEventListener("abort", () => this.channel.fail(closing.reason), {
      once: true,
      signal: this.#stopped.signal,
    });
  }

  /** Registers the watch; fails when the server does not confirm it within the operation timeout. */
  static async open(options: WatchLoopOptions): Promise<WatchLoop> {
    const loop = new WatchLoop(options);
    try {
      void loop.#run(await loop.#attachFirst());
      return loop;
    } catch (error) {
      loop.#stop();
      throw error;
    }
  }

  /** Keeps a stream open until the channel ends. Never rejects: a failure ends the channel. */
  async #run(attached: Attached): Promise<void> {
    while (!this.channel.isEnded) {
      const { final, reason } = await attached.ended;
      if (this.channel.isEnded) return;
      if (final !== undefined) return this.channel.fail(final);
      this.#options.log?.warn("Watch lost; resuming", {
        prefix: this.#options.prefix,
        reason,
      });
      const again = await this.#reattach();
      if (!again) return;
      attached = again;
    }
  }

  /** Retries until a stream is open; returns undefined when the channel has ended. */
  async #reattach(): Promise<Attached | undefined> {
    const { clock, random, log, prefix, counters } = this.#options;
    const delays = backoff({ min: 100, max: 1_000, random });
    while (!this.channel.isEnded) {
      try {
        await clock.sleep(delays.next(), { signal: this.#stopped.signal });
        const attached = await this.#attach();
        counters.watchResumes++;
        log?.info("Watch resumed", { prefix, fromRevision: this.#next });
        return attached;
      } catch (error) {
        if (isFinal(error)) this.channel.fail(error);
        else log?.debug("Cannot resume the watch yet; retrying", { prefix, error });
      }
    }
  }

  /** Opens the first stream. Logs in again once, because the token may have expired, and tries each endpoint. */
  async #attachFirst(): Promise<Attached> {
    let endpointsLeft = this.#options.endpoints.length;
    let mayRenew = true;
    while (true) {
      try {
        return await this.#attach();
      } catch (error) {
        if (mayRenew && isTokenRefused(error)) mayRenew = false;
        else if (--endpointsLeft <= 0 || !isNotExecuted(error)) throw error;
      }
    }
  }

  /** Opens a stream and waits until the server confirms the watch. */
  async #attach(): Promise<Attached> {
    const { driver, prefix, clock, operationTimeoutMs, signal, endpoints } = this.#options;
    const action = `watch prefix "${prefix}"`;
    const created = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<StreamEnd>();
    const given = new AbortController();
    const fragments = new Fragments();
    let headRevision = 0;
    const fail = (cause: unknown) => {
      const error = etcdError(action, endpoints, cause);
      created.reject(error);
      ended.resolve({ reason: describeError(cause), ...isFinal(error) && { final: error } });
    };
    const onMessage = (message: WatchMessage) => {
      const { revision, created: isFirst, canceled } = message;
      if (canceled) return fail(this.#cancelError(canceled));
      if (isFirst) {
        headRevision = revision;
        if (revision < this.#seen) return fail(this.#resetError(revision));
        this.#next ??= revision + 1;
        created.resolve();
      }
      this.#seen = Math.max(this.#seen, revision);
      this.#report(fragments.complete(message), headRevision);
    };
    const open = async () => {
      const request = { ...rangeOf(prefix), startRevision: this.#next };
      const stream = await driver.watch(request, { onMessage, onEnd: fail });
      if (given.signal.aborted) stream.cancel();
      else this.#stream = stream;
    };
    this.#stream?.cancel();
    this.#paused = false;
    try {
      await deadline(
        () => Promise.all([open(), created.promise]),
        operationTimeoutMs,
        { action, clock, signal },
      );
      return { ended: ended.promise };
    } catch (error) {
      given.abort();
      this.#stream?.cancel();
      throw etcdError(action, endpoints, error);
    }
  }

  #report(changes: readonly WatchedChange[], headRevision: number): void {
    let backlog = false;
    for (const batch of batchesOf(changes)) {
      backlog = batch.revision <= headRevision;
      this.channel.push(batch, { backlog });
      this.#next = Math.max(this.#next ?? 0, batch.revision + 1);
    }
    const { pending, pendingBytes } = this.channel;
    if (backlog && (pending >= this.#options.maxPending || pendingBytes >= backlogBytes)) {
      this.#pause();
    }
  }

  #pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#stream?.resume();
  }

  #stop(): void {
    this.#stopped.abort();
    this.#stream?.cancel();
    this.#options.onEnd(this);
  }

  #cancelError({ reason, compactedRevision }: NonNullable<WatchMessage["canceled"]>): unknown {
    if (compactedRevision === 0) return new Error(reason || "the server canceled the watch");
    this.#options.counters.compactions++;
    return new AgentError(
      storeErrors.store_compacted,
      `Cannot watch prefix "${this.#options.prefix}" from revision ${this.#next}: etcd was compacted ` +
        `to revision ${compactedRevision}; list again and continue from there`,
    );
  }

  /** The server is at a lower revision than before: it was restored or emptied, or this member lags. */
  #resetError(revision: number): AgentError {
    this.#options.counters.compactions++;
    return new AgentError(
      storeErrors.store_compacted,
      `Cannot watch prefix "${this.#options.prefix}" from revision ${this.#next}: etcd is at revision ` +
        `${revision} and was at ${this.#seen}, so its history has changed; list again and continue from there`,
    );
  }
}

/** Whether resuming the watch cannot help. */
function isFinal(error: unknown): boolean {
  return error instanceof AgentError && (error.code === "store_compacted" || !error.retryable);
}

/**
 * Joins messages that the server has split, because a revision may be spread over several of them: keeps the
 * changes of the last revision until its last part has arrived.
 */
class Fragments {
  #kept: readonly WatchedChange[] = [];

  /** Returns the changes of the revisions that are complete with this message. */
  complete({ changes, isFragment }: WatchMessage): readonly WatchedChange[] {
    const all = this.#kept.length > 0 ? [...this.#kept, ...changes] : changes;
    if (!isFragment) {
      this.#kept = [];
      return all;
    }
    const last = all.at(-1)?.pair.revision;
    this.#kept = all.filter(({ pair }) => pair.revision === last);
    return all.filter(({ pair }) => pair.revision !== last);
  }
}

/** Groups changes of complete revisions by revision, in key order. */
function batchesOf(changes: readonly WatchedChange[]): ChangeBatch[] {
  const byRevision = new Map<number, Change[]>();
  for (const change of changes) {
    const { revision } = change.pair;
    const batch = byRevision.get(revision);
    if (batch) batch.push(changeOf(change));
    else byRevision.set(revision, [changeOf(change)]);
  }
  return [...byRevision].map(([revision, batch]) => ({
    revision,
    changes: batch.sort((a, b) => compareKeys(keyOf(a), keyOf(b))),
  }));
}

function changeOf({ type, pair, previous }: WatchedChange): Change {
  const before = previous && { previous: entryOf(previous) };
  if (type === "put") return { type, entry: entryOf(pair), ...before };
  return { type, key: keyText(pair.key), revision: pair.revision, ...before };
}

function keyOf(change: Change): string {
  return change.type === "put" ? change.entry.key : change.key;
}
