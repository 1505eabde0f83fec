/**
 * The read buffer of one connection, reused for every read.
 *
 * It begins at 4 KiB so that idle connections use little memory, doubles up to 128 KiB while reads fill it, grows
 * beyond only for a larger message, and shrinks when reads stay small. Unconsumed bytes are always at the front.
 *
 * @module
 */
const firstBytes = 4 * 1024;
const fullBytes = 128 * 1024;
const shrinkAfterReads = 256;

/** Holds the bytes read and not yet consumed: `bytes[0, length)`. */
export class ReadBuffer {
  bytes = new Uint8Array(firstBytes);
  length = 0;
  #lastRead = 0;
  #wasFilled = false;
  #smallReads = 0;

  /** Target of the next read; never empty after `fit`. */
  free(): Uint8Array {
    return this.length === 0 ? this.bytes : this.bytes.subarray(this.length);
  }

  /** Called when a read has written `count` bytes to `free()`. */
  filled(count: number): void {
    this.length += count;
    this.#lastRead = count;
    this.#wasFilled = this.length === this.bytes.length;
  }

  /** Removes the first `count` bytes and moves the rest to the front. */
  consume(count: number): void {
    if (count === 0) return;
    if (count < this.length) this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }

  /** Adapts the size to recent reads; holds at least `needed` bytes afterwards. */
  fit(needed: number): void {
    const size = this.bytes.length;
    const least = Math.max(needed, this.length + 1);
    if (least > size) return this.#resize(Math.max(least, Math.min(2 * size, fullBytes)));
    if (this.#wasFilled && size < fullBytes) return this.#resize(2 * size);
    if (size > fullBytes && least <= fullBytes) return this.#resize(fullBytes);
    const isSmall = this.#lastRead < size >> 2 && size > firstBytes;
    this.#smallReads = isSmall ? this.#smallReads + 1 : 0;
    if (this.#smallReads > shrinkAfterReads && least <= size >> 1) {
      this.#smallReads = 0;
      this.#resize(size >> 1);
    }
  }

  /** Frees the memory. */
  release(): void {
    this.bytes = new Uint8Array(0);
    this.length = 0;
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }
}
