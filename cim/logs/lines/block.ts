/**
 * Memory for waiting lines. A block holds whole lines. It is filled first and written afterwards, never both
 * at the same time.
 *
 * @module
 */
import type { RecordReceipt } from "../../receipts/mod.ts";

/** A run of whole lines. */
export interface Block {
  /** Memory of the block; the lines are `bytes[0, used)`. */
  readonly bytes: Uint8Array;
  /** A view of the same memory. */
  readonly data: DataView;
  /** Bytes filled. */
  used: number;
  /** Records filled. */
  lines: number;
  /** Bytes already written, so that a retry does not repeat them. */
  written: number;
  /** Receipts of its records; undefined when no publisher waits for one. */
  receipts: RecordReceipt[] | undefined;
}

/** Options of {@linkcode BlockPool}. */
export interface BlockPoolOptions {
  /** Size of a block in bytes, 4 KiB to 16 MiB. Default 256 KiB. */
  blockBytes?: number;
  /** Maximum free blocks kept for reuse. Default 32; the garbage collector frees the others. */
  maxFree?: number;
}

/** Reuses blocks, so that a steady stream of lines allocates none. */
export class BlockPool {
  readonly #blockBytes: number;
  readonly #maxFree: number;
  readonly #free: Block[] = [];

  /** Creates an empty pool. @throws {RangeError} When an option is out of range. */
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

  /** Returns an empty block with room for at least `minBytes`, however many those are. */
  acquire(minBytes: number): Block {
    const free = minBytes <= this.#blockBytes ? this.#free.pop() : undefined;
    if (free === undefined) {
      const bytes = new Uint8Array(Math.max(minBytes, this.#blockBytes));
      const data = new DataView(bytes.buffer);
      return { bytes, data, used: 0, lines: 0, written: 0, receipts: undefined };
    }
    free.used = 0;
    free.lines = 0;
    free.written = 0;
    free.receipts = undefined;
    return free;
  }

  /** Takes back a block that is not used any more. */
  release(block: Block): void {
    if (block.bytes.length === this.#blockBytes && this.#free.length < this.#maxFree) {
      this.#free.push(block);
    }
  }
}
