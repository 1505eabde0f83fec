const stepBytes = 64 * 1024;
const maxPooledBytes = 4 * 1024 * 1024;

/**
 * Large buffers of blocks that are written and settled, or were never given to a consumer: using one again costs a copy
 * within the processor's cache, where a new one costs a page fault for every 4 KiB and work of the garbage collector.
 */
export class BufferPool {
  readonly #free = new Map<number, Uint8Array[]>();
  #bytes = 0;

  /** A buffer of this length, with any content. */
  take(length: number): Uint8Array {
    if (length < stepBytes) return new Uint8Array(length);
    const size = Math.ceil(length / stepBytes) * stepBytes;
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return new Uint8Array(size).subarray(0, length);
    this.#bytes -= size;
    return buffer.subarray(0, length);
  }

  /** Gives a buffer back that nothing uses any more. */
  give(buffer: Uint8Array): void {
    const size = buffer.buffer.byteLength;
    if (size < stepBytes || size % stepBytes !== 0) return;
    if (this.#bytes + size > maxPooledBytes) {
      // Sizes that are not asked for any more make room.
      this.#free.clear();
      this.#bytes = 0;
    }
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    free.push(new Uint8Array(buffer.buffer));
    this.#bytes += size;
  }
}
