/**
 * Lines of one destination that wait to be written: one block that fills, and those before it that are
 * full. Appending allocates nothing but, now and then, a block.
 *
 * @module
 */
import { copyBytes, type LogMessageView } from "../../wire/mod.ts";
import type { Block, BlockPool } from "./block.ts";

const LINE_FEED = 0x0a;

/** What all buffers of one destination hold together. */
export interface Backlog {
  /** Bytes that are not written yet. */
  bytes: number;
  /** Records that are not written yet. */
  lines: number;
}

/** Lines in the order they came. Its size is bounded by its owner, through the backlog. */
export class LineBuffer {
  readonly #pool: BlockPool;
  readonly #backlog: Backlog;
  readonly #full: Block[] = [];
  #filling: Block | undefined;
  #bytes = 0;

  /** Makes an empty buffer that counts into `backlog`. */
  constructor(pool: BlockPool, backlog: Backlog) {
    this.#pool = pool;
    this.#backlog = backlog;
  }

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a whole block waits. */
  get hasFullBlock(): boolean {
    return this.#full.length > 0;
  }

  /** Adds the payload of a message as one record, with a line feed unless it ends in one. */
  append({ buffer, data, payloadStart, payloadEnd }: LogMessageView): void {
    const block = this.reserve(payloadEnd - payloadStart + 1);
    let at = copyBytes(buffer, data, payloadStart, payloadEnd, block, block.used);
    if (payloadEnd === payloadStart || buffer[payloadEnd - 1] !== LINE_FEED) {
      block.bytes[at++] = LINE_FEED;
    }
    this.commit(block, at);
  }

  /** The block that fills, with room for `bytes` more: write from `used` on, then {@linkcode commit}. */
  reserve(bytes: number): Block {
    const block = this.#filling;
    if (block !== undefined && block.bytes.length - block.used >= bytes) return block;
    if (block !== undefined) this.#full.push(block);
    return this.#filling = this.#pool.acquire(bytes);
  }

  /** Ends the record that was written into a reserved block at `end`. */
  commit(block: Block, end: number): void {
    const added = end - block.used;
    block.used = end;
    block.lines++;
    this.#bytes += added;
    this.#backlog.bytes += added;
    this.#backlog.lines++;
  }

  /** The oldest block; the one that fills only when there is no other. It stays in the backlog until {@linkcode settle}. */
  take(): Block | undefined {
    let block = this.#full.shift();
    if (block === undefined) {
      block = this.#filling;
      this.#filling = undefined;
    }
    if (block !== undefined) this.#bytes -= block.used;
    return block;
  }

  /** Takes a block's lines off the backlog and its memory back. */
  settle(block: Block): void {
    this.#backlog.bytes -= block.used;
    this.#backlog.lines -= block.lines;
    this.#pool.release(block);
  }
}
