/**
 * Queue of the change-sets of one level: processed in the order of their revisions, one at a time, because
 * patches build on one another and share one commit key.
 *
 * @module
 */
import type { ChangeSetKey } from "../config_keys/mod.ts";
import type { Push } from "./push.ts";
import type { PushInput } from "./push_machine.ts";

/** One change-set in the queue. */
export interface QueueItem {
  readonly change: ChangeSetKey;
  /** Its way to the application; undefined for the agent's own file. */
  readonly push: Push | undefined;
  /** Processes it until it has a verdict. */
  run(signal: AbortSignal): Promise<void>;
}

/** Options of {@linkcode LevelQueue}. */
export interface LevelQueueOptions {
  /** Whether the application accepts requests. Call {@linkcode LevelQueue.wake} when that changes. */
  readonly isAppReady: () => boolean;
  /** Called when a change-set has left the queue. */
  readonly onDone: () => void;
}

/** Orders change-sets and runs one at a time. One for the application blocks all behind it until it is ready. */
export class LevelQueue {
  readonly #items: QueueItem[] = [];
  readonly #options: LevelQueueOptions;
  #current: QueueItem | undefined;
  #wake: () => void = () => undefined;

  constructor(options: LevelQueueOptions) {
    this.#options = options;
  }

  /** Change-sets without a verdict. */
  get size(): number {
    return this.#items.length + (this.#current ? 1 : 0);
  }

  /** The change-set that is being processed. */
  get current(): QueueItem | undefined {
    return this.#current;
  }

  /** Keys of the change-sets without a verdict. */
  keys(): string[] {
    const items = this.#current ? [this.#current, ...this.#items] : this.#items;
    return items.map(({ change }) => change.key);
  }

  /** Why change-sets make no progress; undefined while they do. */
  get blockedBy(): string | undefined {
    if (this.#current) return this.#current.push?.trouble;
    const isHeld = this.#items[0]?.push && !this.#options.isAppReady();
    return isHeld ? "the application has not registered" : undefined;
  }

  /** The item of a key. */
  find(key: string): QueueItem | undefined {
    if (this.#current?.change.key === key) return this.#current;
    return this.#items.find(({ change }) => change.key === key);
  }

  /** Adds a change-set behind the queued ones of lower revisions. */
  add(item: QueueItem): void {
    const { revision } = item.change;
    const at = this.#items.findIndex(({ change }) => change.revision > revision);
    this.#items.splice(at < 0 ? this.#items.length : at, 0, item);
    this.#wake();
  }

  /** Removes a change-set that is not being processed yet. */
  remove(key: string): QueueItem | undefined {
    const at = this.#items.findIndex(({ change }) => change.key === key);
    return at < 0 ? undefined : this.#items.splice(at, 1)[0];
  }

  /** Checks again whether the first change-set can be processed. */
  wake(): void {
    this.#wake();
  }

  /** Passes an input to the change-set that is being processed. */
  feedCurrent(input: PushInput): void {
    this.#current?.push?.feed(input);
  }

  /** Processes change-sets until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#wake();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const item = this.#takeFirst();
        if (!item) {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#wake = resolve;
          await promise;
          continue;
        }
        this.#current = item;
        await item.run(signal);
        this.#current = undefined;
        this.#options.onDone();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  #takeFirst(): QueueItem | undefined {
    const [first] = this.#items;
    if (first?.push && !this.#options.isAppReady()) return undefined;
    return this.#items.shift();
  }
}
