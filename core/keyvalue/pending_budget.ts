/**
 * A common limit for the bytes that wait for the readers of all watches of one store. Each watch has a limit
 * of its own, but many slow readers together could still use up the memory.
 *
 * @module
 */

/** A watch with pending bytes. */
export interface PendingHolder {
  /** Bytes that the reader has not received yet. */
  readonly pendingBytes: number;
  /** Drops the pending batches and ends the watch with `queue_full`. */
  evict(maxBytes: number): void;
}

/** Counts the pending bytes of the watches of one store. */
export class PendingBudget {
  /** Maximum bytes. */
  readonly maxBytes: number;
  readonly #holders = new Set<PendingHolder>();
  #bytes = 0;

  /**
   * Creates a budget.
   *
   * @throws {RangeError} When `maxBytes` is below 1.
   */
  constructor(maxBytes: number) {
    if (!(maxBytes >= 1)) {
      throw new RangeError(`Cannot bound pending changes: ${maxBytes} bytes, wanted 1 or more`);
    }
    this.maxBytes = maxBytes;
  }

  /** Bytes that wait for the readers now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts bytes that a watch has added. While the limit is exceeded, the watch with the most bytes is evicted. */
  add(holder: PendingHolder, bytes: number): void {
    this.#holders.add(holder);
    this.#bytes += bytes;
    while (this.#bytes > this.maxBytes) this.#largest().evict(this.maxBytes);
  }

  /** Counts bytes that a reader has received or a watch has dropped. */
  remove(holder: PendingHolder, bytes: number): void {
    this.#bytes -= bytes;
    if (holder.pendingBytes === 0) this.#holders.delete(holder);
  }

  #largest(): PendingHolder {
    let largest: PendingHolder | undefined;
    for (const holder of this.#holders) {
      if (!largest || holder.pendingBytes > largest.pendingBytes) largest = holder;
    }
    return largest!;
  }
}
