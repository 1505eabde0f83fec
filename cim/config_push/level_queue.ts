/**
 * Queue of the change-sets of one level: sent in the order of their revisions, each after the verdict on the one
 * before it, because patches build on one another and share one commit key.
 *
 * One exception: when the application accepted a change-set but does not reply, the next one is sent without its
 * verdict once the lease of a queued change-set would otherwise end. The first one continues to wait for its
 * reply, "overtaken".
 *
 * @module
 */
import type { ChangeSetKey } from "../config_keys/mod.ts";
import { type OvertakeOptions, untilUrgent } from "./overtake.ts";
import type { Push } from "./push.ts";

/** One change-set in the queue. */
export interface QueueItem {
  readonly change: ChangeSetKey;
  /** Bytes of its patch, which it holds. */
  readonly bytes: number;
  /** Its way to the application; undefined for the agent's own file. */
  readonly push: Push | undefined;
  /** Processes it until it has a verdict, or must return to the queue and its push is `held`. */
  run(signal: AbortSignal): Promise<void>;
}

/** Options of {@linkcode LevelQueue}. */
export interface LevelQueueOptions extends OvertakeOptions {
  /** Whether the application accepts requests. Call {@linkcode LevelQueue.wake} when that changes. */
  readonly isAppReady: () => boolean;
  /** Called when a change-set has left the queue. */
  readonly onDone: () => void;
}

/** Most requests that may still be in flight after the verdicts on their change-sets. */
const maxRests = 32;

/** Orders change-sets and runs one at a time. One for the application blocks all behind it until it is ready. */
export class LevelQueue {
  readonly #options: LevelQueueOptions;
  /** Every change-set without a verdict. */
  readonly #byKey = new Map<string, QueueItem>();
  /** Those that are not sent yet, by revision. */
  readonly #items: QueueItem[] = [];
  readonly #overtaken = new Set<QueueItem>();
  readonly #rests = new Set<Promise<unknown>>();
  #current: QueueItem | undefined;
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(options: LevelQueueOptions) {
    this.#options = options;
  }

  /** Number of change-sets without a verdict. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Bytes of their patches. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The change-set that is being processed. */
  get current(): QueueItem | undefined {
    return this.#current;
  }

  /** Keys of the change-sets without a verdict. */
  keys(): string[] {
    return [...this.#byKey.keys()];
  }

  /** Whether the application may be about to send a reply. */
  get isReplyAwaited(): boolean {
    return this.#current?.push?.isReplyAwaited === true || this.#overtaken.size > 0;
  }

  /** Why change-sets make no progress; undefined while they do. */
  get blockedBy(): string | undefined {
    const [overtaken] = this.#overtaken;
    if (overtaken?.push?.trouble) return overtaken.push.trouble;
    if (this.#current) return this.#current.push?.trouble;
    const isHeld = this.#items[0]?.push && !this.#options.isAppReady();
    return isHeld ? "the application has not registered" : undefined;
  }

  /** The item of a key. */
  find(key: string): QueueItem | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Adds a change-set behind the queued ones of lower revisions. A current one of a higher revision that the
   * application does not have returns to the queue.
   */
  add(item: QueueItem): void {
    const { revision, key } = item.change;
    // One that returns to the queue is counted already.
    if (!this.#byKey.has(key)) this.#bytes += item.bytes;
    this.#byKey.set(key, item);
    const at = this.#items.findLastIndex(({ change }) => change.revision <= revision);
    this.#items.splice(at + 1, 0, item);
    const current = this.#current;
    if (current?.push?.canYield && current.change.revision > revision) {
      current.push.feed({ type: "hold" });
    }
    this.#wake();
  }

  /** Removes a change-set that is not being processed yet. */
  remove(key: string): QueueItem | undefined {
    const at = this.#items.findIndex(({ change }) => change.key === key);
    if (at < 0) return undefined;
    this.#byKey.delete(key);
    const [removed] = this.#items.splice(at, 1);
    this.#bytes -= removed.bytes;
    return removed;
  }

  /** Checks again whether the first change-set can be processed. */
  wake(): void {
    this.#wake();
  }

  /** Returns those that wait for a reply to the queue: the application restarted and lost them. */
  resend(): void {
    for (const item of [...this.#overtaken, this.#current]) item?.push?.feed({ type: "hold" });
  }

  /** Processes change-sets until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#wake();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (!signal.aborted) {
        if (this.#failure) throw this.#failure.error;
        const item = this.#takeFirst();
        if (!item) {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
          continue;
        }
        await this.#process(item, signal);
        while (this.#rests.size >= maxRests) await Promise.race(this.#rests);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      await Promise.allSettled(this.#rests);
    }
  }

  #takeFirst(): QueueItem | undefined {
    const [first] = this.#items;
    if (first?.push && !this.#options.isAppReady()) return undefined;
    return this.#items.shift();
  }

  /** Runs a change-set until it leaves or is overtaken. */
  async #process(item: QueueItem, signal: AbortSignal): Promise<void> {
    this.#current = item;
    const ending = new AbortController();
    const running = item.run(signal);
    const keys = () => this.#items.flatMap(({ change, push }) => push ? [change.key] : []);
    const isWaiting = () => item.push?.isWaiting === true && this.#items.length > 0;
    const urgent = untilUrgent(this.#options, isWaiting, keys, ending.signal)
      .then(() => true, () => running.then(() => false));
    try {
      const isOvertaken = await Promise.race([running.then(() => false), urgent]);
      this.#current = undefined;
      if (!isOvertaken) return this.#leave(item);
      this.#overtaken.add(item);
      this.#keep(running.then(() => this.#leave(item), (error) => {
        if (!signal.aborted) this.#failure = { error };
        this.#wake();
      }));
    } finally {
      ending.abort();
      await urgent.catch(() => undefined);
    }
  }

  /** Ends a run: the change-set has a verdict, or returns to the queue. */
  #leave(item: QueueItem): void {
    const { push, change } = item;
    this.#overtaken.delete(item);
    if (push) this.#keep(push.rest);
    if (push?.state.phase === "held") return this.add(item);
    this.#byKey.delete(change.key);
    this.#bytes -= item.bytes;
    this.#options.onDone();
  }

  #keep(rest: Promise<unknown>): void {
    const kept = rest.finally(() => this.#rests.delete(kept));
    this.#rests.add(kept);
  }
}
