/**
 * Bytes on their way to one client.
 *
 * Invariants:
 * - Bytes are copied in once, and never again: `append` fills the open chunk, `flush` hands chunks to the
 *   transport as they are. Two chunks swap in the steady state, so a message allocates nothing.
 * - There is one write under way at most; what is appended meanwhile leaves with the next one.
 * - `pendingBytes` counts what the transport has not taken. Over `maxPendingBytes` the client is a slow
 *   consumer: `onOverflow` is called once and nothing more is taken in.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { Transport } from "../transport/transport.ts";

const firstChunkBytes = 1024;
const fullChunkBytes = 256 * 1024;
/** Chunks kept for the next time. */
const maxSpares = 2;
/** A chunk over this size is let go after so many flushes in a row that used an eighth of it. */
const shrinkAfterFlushes = 64;
/** From this length on, `set` beats a loop over bytes. */
const bulkCopyBytes = 64;

/** What an {@linkcode Output} tells its connection. */
export interface OutputOwner {
  /** Pending bytes exceeded the limit. */
  onOverflow(): void;
  /** The transport failed. */
  onWriteError(error: unknown): void;
}

/** Options of {@linkcode Output}. */
export interface OutputOptions {
  /** Most bytes that may wait, in bytes. */
  readonly maxPendingBytes: number;
  /** Present time in milliseconds; may be coarse. */
  readonly now: () => number;
}

interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly length: number;
}

/** Outgoing bytes of one connection. See the module comment. */
export class Output {
  /** Bytes not yet taken by the transport. */
  pendingBytes = 0;
  /** Since when the write under way makes no progress; -1 when none is. */
  stuckSinceMs = -1;
  /** Whether a flush is owed for what was appended. Set and cleared by the owner. */
  dirty = false;

  readonly #transport: Transport;
  readonly #owner: OutputOwner;
  readonly #maxPendingBytes: number;
  readonly #now: () => number;
  #open = new Uint8Array(0);
  #used = 0;
  #spares: Uint8Array<ArrayBuffer>[] = [];
  #full: Chunk[] = [];
  #smallFlushes = 0;
  #retired: Uint8Array | null = null;
  #writing = false;
  #ended = false;
  #waiters: (() => void)[] = [];

  constructor(transport: Transport, owner: OutputOwner, options: OutputOptions) {
    this.#transport = transport;
    this.#owner = owner;
    this.#maxPendingBytes = options.maxPendingBytes;
    this.#now = options.now;
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

  /** Starts writing, unless a write is under way. Never throws; failures go to the owner. */
  flush(): void {
    this.dirty = false;
    if (!this.#writing && !this.#ended && this.#used + this.#full.length > 0) void this.#write();
  }

  /** Resolves when nothing is pending, or no more will leave. */
  async drained(): Promise<void> {
    while (this.pendingBytes > 0 && !this.#ended) await this.#progress();
  }

  /** Resolves when at most `bytes` are pending, no more will leave, or `limitMs` have passed. */
  async below(bytes: number, limitMs: number, clock: Clock): Promise<void> {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    let late = false;
    using _ = clock.timer(limitMs, () => {
      late = true;
      resolve();
    });
    while (this.pendingBytes > bytes && !this.#ended && !late) {
      await Promise.race([timeUp, this.#progress()]);
    }
  }

  /** Takes nothing more and forgets what is pending. Returns the bytes forgotten. Idempotent. */
  end(): number {
    const lost = this.pendingBytes;
    this.#ended = true;
    this.pendingBytes = 0;
    this.#full = [];
    this.#used = 0;
    this.#open = new Uint8Array(0);
    this.#spares = [];
    this.#wake();
    return lost;
  }

  #reserve(size: number): boolean {
    if (this.#ended) return false;
    if (this.pendingBytes + size > this.#maxPendingBytes) {
      this.#owner.onOverflow();
      return false;
    }
    this.pendingBytes += size;
    if (this.#open.length - this.#used < size) this.#makeRoom(size);
    return true;
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
    this.#used = 0;
    this.#open = this.#takeSpare(size);
  }

  /** The largest spare, when it is large enough. */
  #takeSpare(size: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spares.pop();
    if (spare !== undefined && spare.length >= size) return spare;
    return new Uint8Array(Math.max(size, Math.min(this.#open.length, fullChunkBytes)));
  }

  async #write(): Promise<void> {
    this.#writing = true;
    try {
      while (!this.#ended && this.#used + this.#full.length > 0) {
        const { bytes, length } = this.#full.shift() ?? this.#swap();
        for (let at = 0; at < length && !this.#ended;) {
          this.stuckSinceMs = this.#now();
          const count = await this.#transport.write(bytes.subarray(at, length));
          at += count;
          if (!this.#ended) this.pendingBytes -= count;
        }
        this.#keep(bytes);
        this.#wake();
      }
    } catch (error) {
      if (!this.#ended) this.#owner.onWriteError(error);
    } finally {
      this.stuckSinceMs = -1;
      this.#writing = false;
    }
  }

  /** Takes the open chunk for writing and opens the spare one. */
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

  /**
   * Keeps a written chunk for later, the largest ones first; not one that proved too large, nor an odd one
   * for a single message.
   */
  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#ended || bytes === this.#retired || bytes.length > fullChunkBytes) return;
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
