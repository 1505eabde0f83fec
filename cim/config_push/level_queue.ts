/**
 * The change-sets of one level: taken in the order of their revisions, one at a time, because patches build
 * on one another and share one commit key.
 *
 * @module
 */
import type { ChangeSetKey } from "./change_set_key.ts";
import type { Push } from "./push.ts";
import type { PushInput } from "./push_machine.ts";

/** One change-set in the queue. */
export interface QueueItem {
  readonly change: ChangeSetKey;
  /** How it comes to the application; undefined for the agent's own file. */
  readonly push: Push | undefined;
  /** Brings it to its verdict, and tells it. */
  run(signal: AbortSignal): Promise<void>;
}

/** Options of {@linkcode LevelQueue}. */
export interface LevelQueueOptions {
  /** Whether the application can be asked; when that changes, {@linkcode LevelQueue.wake} is called. */
  readonly isAppReady: () => boolean;
  /** Told when a change-set has left the queue. */
  readonly onDone: () => void;
}

/** Orders, and runs one at a time. A change-set for the application waits for it, with all behind it. */
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

  /** Revision of the change-set whose turn it is. */
  get currentRevision(): number | undefined {
    return this.#current?.change.revision;
  }

  /** The item of a key. */
  find(key: string): QueueItem | undefined {
    if (this.#current?.change.key === key) return this.#current;
    return this.#items.find(({ change }) => change.key === key);
  }

  /** Adds a change-set behind those of lower revisions that wait. */
  add(item: QueueItem): void {
    const { revision } = item.change;
    const at = this.#items.findIndex(({ change }) => change.revision > revision);
    this.#items.splice(at < 0 ? this.#items.length : at, 0, item);
    this.#wake();
  }

  /** Takes out a change-set whose turn has not come. */
  remove(key: string): QueueItem | undefined {
    const at = this.#items.findIndex(({ change }) => change.key === key);
    return at < 0 ? undefined : this.#items.splice(at, 1)[0];
  }

  /** Looks again whether the first in line can go. */
  wake(): void {
    this.#wake();
  }

  /** Hands an input to the change-set whose turn it is. */
  feedCurrent(input: PushInput): void {
    this.#current?.push?.feed(input);
  }

  /** Works until the signal aborts. */
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
