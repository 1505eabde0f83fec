/**
 * Outgoing bytes of one client.
 *
 * Invariants:
 * - Bytes are copied once: `append` fills the open chunk, `flush` passes chunks to the transport. Two chunks
 *   alternate in the steady state, so a message allocates nothing.
 * - At most one write is in flight; bytes appended meanwhile are sent by the next one.
 * - `pendingBytes` counts bytes that the transport has not accepted. When it would exceed `maxPendingBytes`, the
 *   client is a slow consumer: `onOverflow` is called and the bytes are refused.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { ClientOutput } from "../routing/mod.ts";
import type { Transport } from "../transport/mod.ts";
import type { PendingTotal } from "./pending_total.ts";

const noBytes = new Uint8Array(0);
const firstChunkBytes = 1024;
const fullChunkBytes = 256 * 1024;
/** Written chunks kept for reuse. */
const maxSpares = 2;
/** A chunk is freed after so many consecutive flushes that used less than an eighth of it. */
const shrinkAfterFlushes = 64;
/** From this length on, `set` is faster than a loop over bytes. */
const bulkCopyBytes = 64;

/** Callbacks of an {@linkcode Output}. */
export interface OutputOwner {
  /** Called when the pending bytes would exceed the limit. */
  onOverflow(): void;
  /** Called when the transport failed. */
  onWriteError(error: unknown): void;
}

/** Options of {@linkcode Output}. */
export interface OutputOptions {
  /** Limit of `pendingBytes`. */
  readonly maxPendingBytes: number;
  /** Returns monotonic time in milliseconds. */
  readonly now: () => number;
  /** Gets the pending bytes of this output. */
  readonly total: PendingTotal;
}

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
}

/** Outgoing bytes of one connection. See the module comment. */
export class Output implements ClientOutput {
  /** Limit of `pendingBytes`. */
  maxPendingBytes: number;
  /** Bytes that the transport has not accepted yet. */
  pendingBytes = 0;
  /** Start of the write in flight, in milliseconds; -1 when there is none. */
  stuckSinceMs = -1;
  /** Whether a flush is scheduled for the end of the chunk. Set by the router, cleared by `flush`. */
  isDirty = false;

  readonly #transport: Transport;
  readonly #owner: OutputOwner;
  readonly #now: () => number;
  readonly #total: PendingTotal;
  /** Pending bytes as reported to the total. */
  #reported = 0;
  #open = noBytes;
  #used = 0;
  #spares: Uint8Array<ArrayBuffer>[] = [];
  #full: Chunk[] = [];
  #smallFlushes = 0;
  #retired: Uint8Array | null = null;
  #isWriting = false;
  #isEnded = false;
  #waiters: (() => void)[] = [];

  constructor(transport: Transport, owner: OutputOwner, options: OutputOptions) {
    this.#transport = transport;
    this.#owner = owner;
    this.maxPendingBytes = options.maxPendingBytes;
    this.#now = options.now;
    this.#total = options.total;
  }

  /** Appends `head[headStart, headEnd)`, then `source[start, end)`. */
  append(
    head: Uint8Array,
    headStart: number,
    headEnd: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    const size = headEnd - headStart + end - start;
    if (!this.#reserve(size)) return;
    const target = this.#open;
    let at = this.#used;
    for (let i = headStart; i < headEnd; i++) target[at++] = head[i];
    if (end - start < bulkCopyBytes) {
      for (let i = start; i < end; i++) target[at++] = source[i];
    } else {
      target.set(source.subarray(start, end), at);
      at += end - start;
    }
    this.#used = at;
  }

  /** Appends bytes. */
  appendBytes(bytes: Uint8Array): void {
    if (!this.#reserve(bytes.length)) return;
    this.#open.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /**
   * Starts writing unless a write is in flight. `nowMs` is the monotonic time, where the caller knows it. Never throws;
   * failures are passed to the owner.
   */
  flush(nowMs?: number): void {
    this.isDirty = false;
    this.#report();
    if (!this.#isWriting && !this.#isEnded && this.#used + this.#full.length > 0) {
      void this.#write(nowMs ?? this.#now());
    }
  }

  /** Resolves when nothing is pending, or the output has ended. */
  async drained(): Promise<void> {
    while (this.pendingBytes > 0 && !this.#isEnded) await this.#progress();
  }

  /** Resolves when at most `bytes` are pending, the output has ended, or `limitMs` have passed. */
  async below(bytes: number, limitMs: number, clock: Clock): Promise<void> {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    let isLate = false;
    using _ = clock.timer(limitMs, () => {
      isLate = true;
      resolve();
    });
    while (this.pendingBytes > bytes && !this.#isEnded && !isLate) {
      await Promise.race([timeUp, this.#progress()]);
    }
  }

  /** Discards pending bytes and refuses new ones. Returns the number of bytes discarded. Idempotent. */
  end(): number {
    const lost = this.pendingBytes;
    this.#isEnded = true;
    this.pendingBytes = 0;
    this.#report();
    this.#full = [];
    this.#used = 0;
    this.#open = noBytes;
    this.#spares = [];
    this.#wake();
    return lost;
  }

  #reserve(size: number): boolean {
    if (this.#isEnded) return false;
    if (this.pendingBytes + size > this.maxPendingBytes) {
      this.#owner.onOverflow();
      return false;
    }
    this.pendingBytes += size;
    if (this.#open.length - this.#used < size) this.#makeRoom(size);
    return !this.#isEnded;
  }

  /** Reports the change of `pendingBytes` to the total. */
  #report(): void {
    const growth = this.pendingBytes - this.#reported;
    this.#reported = this.pendingBytes;
    this.#total.add(growth);
  }

  #makeRoom(size: number): void {
    const wanted = this.#used + size;
    if (wanted <= fullChunkBytes || this.#used === 0) {
      const grown = new Uint8Array(
        Math.max(size, Math.min(fullChunkBytes, Math.max(firstChunkBytes, 2 * wanted))),
      );
      grown.set(this.#open.subarray(0, this.#used));
      this.#open = grown;
      return;
    }
    this.#full.push({ bytes: this.#open, length: this.#used });
    this.#report();
    this.#used = 0;
    // The report may have ended this output, because the total is over its limit.
    this.#open = this.#isEnded ? noBytes : this.#takeSpare(size);
  }

  /** The largest spare chunk if it has room for `size` bytes, otherwise a new chunk. */
  #takeSpare(size: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spares.pop();
    if (spare !== undefined && spare.length >= size) return spare;
    return new Uint8Array(Math.max(size, Math.min(this.#open.length, fullChunkBytes)));
  }

  async #write(startMs: number): Promise<void> {
    this.#isWriting = true;
    this.stuckSinceMs = startMs;
    try {
      while (!this.#isEnded && this.#used + this.#full.length > 0) {
        const { bytes, length } = this.#full.shift() ?? this.#swap();
        for (let at = 0; at < length && !this.#isEnded;) {
          const count = await this.#transport.write(bytes.subarray(at, length));
          at += count;
          if (this.#isEnded) break;
          this.pendingBytes -= count;
          if (this.pendingBytes > 0) this.stuckSinceMs = this.#now();
        }
        this.#keep(bytes);
        this.#report();
        this.#wake();
      }
    } catch (error) {
      if (!this.#isEnded) this.#owner.onWriteError(error);
    } finally {
      this.stuckSinceMs = -1;
      this.#isWriting = false;
    }
  }

  /** Returns the open chunk for writing and opens a spare one. */
  #swap(): Chunk {
    const chunk = { bytes: this.#open, length: this.#used };
    const isSmall = this.#used * 8 < this.#open.length && this.#open.length > firstChunkBytes;
    this.#smallFlushes = isSmall ? this.#smallFlushes + 1 : 0;
    if (this.#smallFlushes > shrinkAfterFlushes) {
      this.#smallFlushes = 0;
      this.#spares = [new Uint8Array(this.#open.length >> 1)];
      this.#retired = this.#open;
    }
    this.#used = 0;
    this.#open = this.#takeSpare(0);
    return chunk;
  }

  /** Keeps a written chunk for reuse, the largest ones first, unless it was retired or made for one large message. */
  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isEnded || bytes === this.#retired || bytes.length > fullChunkBytes) return;
    this.#spares.push(bytes);
    if (this.#spares.length > 1) this.#spares.sort((a, b) => a.length - b.length);
    if (this.#spares.length > maxSpares) this.#spares.shift();
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
