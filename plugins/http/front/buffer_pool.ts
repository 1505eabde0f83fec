/** Size of a buffer. */
const bufferBytes = 16_384;

/** Unused buffers kept at most. */
const maxUnused = 64;

/** Buffers for copying, used again by the next connection: memory outside the heap is given back late. */
export class BufferPool {
  readonly #unused: Uint8Array<ArrayBuffer>[] = [];

  /** A buffer of 16 KiB with any content. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#unused.pop() ?? new Uint8Array(bufferBytes);
  }

  /** Gives a buffer back that nothing uses any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#unused.length < maxUnused) this.#unused.push(buffer);
  }
}
