/**
 * Lines that wait to be written to one file or stream: one block that is being filled, and the full blocks
 * before it. Appending allocates a block now and then, and nothing else.
 *
 * @module
 */
import { copyBytes, type LogMessageView } from "../../wire/mod.ts";
import type { Block, BlockPool } from "./block.ts";

const LINE_FEED = 0x0a;

/** What all buffers of one destination hold together. */
export interface Backlog {
  /** Bytes that are not settled yet. */
  bytes: number;
  /** Records that are not settled yet. */
  lines: number;
}

/** Lines in the order of their arrival. It has no bound of its own: the owner watches {@linkcode LineBuffer.held}. */
export class LineBuffer {
  readonly #pool: BlockPool;
  readonly #backlog: Backlog;
  readonly #full: Block[] = [];
  #filling: Block | undefined;
  #held = 0;
  #taken = 0;

  /** Creates an empty buffer that counts into `backlog`. */
  constructor(pool: BlockPool, backlog: Backlog) {
    this.#pool = pool;
    this.#backlog = backlog;
  }

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#held - this.#taken;
  }

  /** Bytes that are not settled yet: those that wait and those in blocks that were taken. */
  get held(): number {
    return this.#held;
  }

  /** The block that is being filled; undefined when none is. */
  get filling(): Block | undefined {
    return this.#filling;
  }

  /** Whether a full block waits. */
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

  /** Adds bytes as one record, with a line feed unless they end in one. */
  appendLine(line: Uint8Array): void {
    const block = this.reserve(line.length + 1);
    block.bytes.set(line, block.used);
    let at = block.used + line.length;
    if (line.at(-1) !== LINE_FEED) block.bytes[at++] = LINE_FEED;
    this.commit(block, at);
  }

  /** Returns a block with room for `bytes` more: write from `used` on, then call {@linkcode commit}. */
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
    this.#held += added;
    this.#backlog.bytes += added;
    this.#backlog.lines++;
  }

  /**
   * Removes and returns the oldest full block, or the block being filled when no block is full. Its lines stay in
   * the backlog until {@linkcode settle}.
   */
  take(): Block | undefined {
    let block = this.#full.shift();
    if (block === undefined) {
      block = this.#filling;
      this.#filling = undefined;
    }
    if (block !== undefined) this.#taken += block.used;
    return block;
  }

  /** Removes the lines of a taken block from the backlog and returns its memory to the pool. */
  settle(block: Block): void {
    this.discard(block);
    this.#pool.release(block);
  }

  /** The same as {@linkcode settle}, for a block whose memory may still be read by an unfinished write. */
  discard(block: Block): void {
    this.#held -= block.used;
    this.#taken -= block.used;
    this.#backlog.bytes -= block.used;
    this.#backlog.lines -= block.lines;
  }
}
