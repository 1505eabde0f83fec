import { backoff, type Clock, deadline } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import {
  type Change,
  type ChangeBatch,
  compareKeys,
  storeErrors,
  WatchChannel,
} from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { entryOf, keyText, rangeOf } from "./_pairs.ts";
import type { EtcdDriver, WatchedChange, WatchMessage, WatchStream } from "./driver.ts";
import { etcdError, isTokenRefused } from "./errors.ts";
import type { EtcdCounters } from "./stats.ts";

/** What a watch needs of its store. */
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
  /** Ends the watch without an error. */
  readonly signal?: AbortSignal;
  /** Ends the watch with its reason: the store is closed. */
  readonly closing: AbortSignal;
  readonly onEnd: (loop: WatchLoop) => void;
}

/** How one stream came to its end: what the reader must be told, or nothing when it is tried again. */
interface StreamEnd {
  readonly final?: unknown;
  readonly reason: string;
}

/** A registered watch. */
interface Attached {
  readonly ended: Promise<StreamEnd>;
}

/**
 * One watch over as many streams as it takes. A stream that breaks is opened again after the last
 * revision that was reported; the channel lets nothing pass twice. What happened before the stream was
 * opened comes as fast as the reader takes it, for the server keeps it; only what happens while the
 * stream is open counts against `maxPending`.
 */
export class WatchLoop {
  readonly channel: WatchChannel;
  readonly #options: WatchLoopOptions;
  readonly #stopped = new AbortController();
  #stream: WatchStream | undefined;
  #paused = false;
  /** First revision that is still to come; undefined until the server said where "now" is. */
  #next: number | undefined;
  /** Revision of the store as far as this watch was told. */
  #seen = 0;

  private constructor(options: WatchLoopOptions) {
    this.#options = options;
    this.#next = options.fromRevision;
    this.channel = new WatchChannel({
      prefix: options.prefix,
      maxPending: options.maxPending,
      firstRevision: options.fromRevision,
      signal: options.signal,
      onDrained: () => this.#resume(),
      onEnd: () => this.#stop(),
    });
    const { closing } = options;
    closing.addEventListener("abort", () => this.channel.fail(closing.reason), {
      once: true,
      signal: this.#stopped.signal,
    });
  }

  /** Registers the watch; fails when the server does not confirm it in time. */
  static async open(options: WatchLoopOptions): Promise<WatchLoop> {
    const loop = new WatchLoop(options);
    try {
      void loop.#run(await loop.#attachWithToken());
      return loop;
    } catch (error) {
      loop.#stop();
      throw error;
    }
  }

  /** Keeps a stream open until the channel ends. It cannot fail: what goes wrong ends the channel. */
  async #run(attached: Attached): Promise<void> {
    while (!this.channel.ended) {
      const { final, reason } = await attached.ended;
      if (this.channel.ended) return;
      if (final !== undefined) return this.channel.fail(final);
      this.#options.log?.warn("Watch lost, opening it again", {
        prefix: this.#options.prefix,
        reason,
      });
      const again = await this.#reattach();
      if (!again) return;
      attached = again;
    }
  }

  /** Tries until a stream is open again; undefined when the channel has ended. */
  async #reattach(): Promise<Attached | undefined> {
    const { clock, random, log, prefix, counters } = this.#options;
    const delays = backoff({ min: 100, max: 1_000, random });
    while (!this.channel.ended) {
      try {
        await clock.sleep(delays.next(), { signal: this.#stopped.signal });
        const attached = await this.#attach();
        counters.watchResumes++;
        log?.info("Watch goes on", { prefix, fromRevision: this.#next });
        return attached;
      } catch (error) {
        if (isFinal(error)) this.channel.fail(error);
        else log?.debug("Watch not opened yet", { prefix, reason: describeError(error) });
      }
    }
  }

  /** A token may have expired unnoticed while no call was made; the next attempt has a new one. */
  async #attachWithToken(): Promise<Attached> {
    try {
      return await this.#attach();
    } catch (error) {
      if (!isTokenRefused(error)) throw error;
      return await this.#attach();
    }
  }

  /** Opens a stream and waits until the watch is registered. */
  async #attach(): Promise<Attached> {
    const { driver, prefix, clock, operationTimeoutMs, signal, endpoints } = this.#options;
    const action = `watch prefix "${prefix}"`;
    const created = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<StreamEnd>();
    const given = new AbortController();
    let headRevision = 0;
    const fail = (cause: unknown) => {
      const error = etcdError(action, endpoints, cause);
      created.reject(error);
      ended.resolve({ reason: describeError(cause), ...isFinal(error) && { final: error } });
    };
    const onMessage = ({ revision, created: isFirst, canceled, changes }: WatchMessage) => {
      if (canceled) return fail(this.#cancelError(canceled));
      if (isFirst) {
        headRevision = revision;
        if (revision < this.#seen) return fail(this.#resetError(revision));
        this.#next ??= revision + 1;
        created.resolve();
      }
      this.#seen = Math.max(this.#seen, revision);
      this.#report(changes, headRevision);
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
    if (backlog && this.channel.pending >= this.#options.maxPending) this.#pause();
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
        `to revision ${compactedRevision}; list again and go on from there`,
    );
  }

  /** The server is behind what it said before: it was restored or emptied, or it lags. */
  #resetError(revision: number): AgentError {
    this.#options.counters.compactions++;
    return new AgentError(
      storeErrors.store_compacted,
      `Cannot watch prefix "${this.#options.prefix}" from revision ${this.#next}: etcd is at revision ` +
        `${revision} and was at ${this.#seen}, so its history is another one; list again and go on from there`,
    );
  }
}

/** Whether opening the watch again in the same way could not help. */
function isFinal(error: unknown): boolean {
  return error instanceof AgentError && (error.code === "store_compacted" || !error.retryable);
}

/** One batch for each revision, in key order. A response never cuts a revision in two. */
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
