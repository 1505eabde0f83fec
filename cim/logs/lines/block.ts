/**
 * Memory in which lines wait. A block holds whole lines, is filled by one side and written by the other,
 * and never both at once.
 *
 * @module
 */

/** A run of whole lines on its way out. */
export interface Block {
  /** Memory of the block; the lines are `bytes[0, used)`. */
  readonly bytes: Uint8Array;
  /** The same memory as numbers. */
  readonly data: DataView;
  /** Bytes filled. */
  used: number;
  /** Records filled. */
  lines: number;
  /** Bytes that have been written already, so that another attempt does not repeat them. */
  written: number;
}

/** Options of {@linkcode BlockPool}. */
export interface BlockPoolOptions {
  /** Size of a block in bytes, 4 KiB to 16 MiB. Default 256 KiB. */
  blockBytes?: number;
  /** Free blocks kept for reuse. Default 32; what comes back beyond is left to the garbage collector. */
  maxFree?: number;
}

/** Lends blocks, so that a steady stream allocates none. */
export class BlockPool {
  readonly #blockBytes: number;
  readonly #maxFree: number;
  readonly #free: Block[] = [];

  /** Makes an empty pool. */
  constructor({ blockBytes = 262_144, maxFree = 32 }: BlockPoolOptions = {}) {
    if (!Number.isInteger(blockBytes) || blockBytes < 4_096 || blockBytes > 16_777_216) {
      throw new RangeError(`blockBytes must be 4096 to 16777216, found ${blockBytes}`);
    }
    if (!Number.isInteger(maxFree) || maxFree < 0) {
      throw new RangeError(`maxFree must be 0 or more, found ${maxFree}`);
    }
    this.#blockBytes = blockBytes;
    this.#maxFree = maxFree;
  }

  /** An empty block with room for at least `minBytes`, however large that is. */
  acquire(minBytes: number): Block {
    const free = minBytes <= this.#blockBytes ? this.#free.pop() : undefined;
    if (free === undefined) {
      const bytes = new Uint8Array(Math.max(minBytes, this.#blockBytes));
      return { bytes, data: new DataView(bytes.buffer), used: 0, lines: 0, written: 0 };
    }
    free.used = 0;
    free.lines = 0;
    free.written = 0;
    return free;
  }

  /** Takes back a block that nobody uses any more. */
  release(block: Block): void {
    if (block.bytes.length === this.#blockBytes && this.#free.length < this.#maxFree) {
      this.#free.push(block);
    }
  }
}
