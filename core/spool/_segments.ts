/**
 * The segments of one queue: files that are counted against the bound from their first byte to their removal.
 *
 * @module
 */
import { segmentName, segmentOverhead } from "./_format.ts";
import type { QueueContext } from "./_context.ts";

const retryMs = 1_000;

/** One file of blocks. */
export interface Segment {
  readonly path: string;
  readonly salt: number;
  /** Number of its first record. */
  readonly first: number;
  /** Number of the first record after those that are written. */
  end: number;
  /** Bytes that are written and good. */
  size: number;
  /** Bytes counted against the bound; at least the size of the file. */
  counted: number;
  /** When its first block was appended, in milliseconds since 1970. */
  firstMs: number;
  /** When its last block was appended, in milliseconds since 1970. */
  lastMs: number;
  /** Whether nothing more is written to it. */
  isSealed: boolean;
  /** Whether the file is removed, or is to be. */
  isRemoved: boolean;
}

/** The segments of one queue, oldest first. */
export class Segments {
  readonly #context: QueueContext;
  readonly #onRemoved: () => void;
  /** Segments with records that are not settled, and the one that is being written. */
  readonly items: Segment[] = [];
  readonly #doomed: Segment[] = [];
  #removal: Promise<void> | undefined;
  #retry: Disposable | undefined;

  /** Starts without segments. `onRemoved` is called after files were removed. */
  constructor(context: QueueContext, onRemoved: () => void) {
    this.#context = context;
    this.#onRemoved = onRemoved;
  }

  /** Whether files are being removed. */
  get isRemoving(): boolean {
    return this.#removal !== undefined;
  }

  /** Adds a segment that does not exist yet; its overhead is already counted. */
  create(first: number): Segment {
    const salt = Math.floor(this.#context.random() * 2 ** 32);
    const segment: Segment = {
      path: `${this.#context.folder}/${segmentName(first, salt)}`,
      salt,
      first,
      end: first,
      size: 0,
      counted: segmentOverhead,
      firstMs: 0,
      lastMs: 0,
      isSealed: false,
      isRemoved: false,
    };
    this.items.push(segment);
    return segment;
  }

  /** The oldest segment with a record from number `from` on. */
  find(from: number): Segment | undefined {
    return this.items.find(({ end }) => end > from);
  }

  /** Takes a segment off the list and removes its file. Room is given back when the file is gone. */
  discard(segment: Segment): void {
    segment.isRemoved = true;
    this.items.splice(this.items.indexOf(segment), 1);
    this.#doomed.push(segment);
    this.removeDoomed();
  }

  /** Removes the files of discarded segments; after a failure it is called again later. */
  removeDoomed(): void {
    if (this.#doomed.length > 0) this.#removal ??= this.#removeAll();
  }

  /** Waits until no file is being removed, and ends the retries. */
  async close(): Promise<void> {
    if (this.#doomed.length > 0) this.removeDoomed();
    await this.#removal;
    this.#retry?.[Symbol.dispose]();
  }

  async #removeAll(): Promise<void> {
    for (let segment = this.#doomed[0]; segment !== undefined; segment = this.#doomed[0]) {
      try {
        await this.#context.fs.remove(segment.path);
      } catch (error) {
        this.#context.health.failed("remove", error);
        this.#retry?.[Symbol.dispose]();
        this.#retry = this.#context.clock.timer(retryMs, () => this.removeDoomed());
        break;
      }
      this.#doomed.shift();
      this.#context.health.succeeded("remove");
      this.#context.budget.release(this.#context.user, segment.counted);
    }
    this.#removal = undefined;
    this.#onRemoved();
    this.#context.budget.wake();
  }
}
