/**
 * Bounds the memory of all request bodies together, from their first byte until their handlers have answered. The
 * limit of one body does not bound it: hundreds of clients can send large bodies slowly at the same time.
 *
 * @module
 */

/** Memory of one body. Disposing of it frees the memory. */
export interface BodyShare extends Disposable {
  /** Sets the bytes that the body takes. Returns false, and changes nothing, when the bound would be exceeded. */
  resize(bytes: number): boolean;
}

/** Memory of all bodies of a server. */
export class BodyMemory {
  readonly #maxBytes: number;
  readonly #stats: { bodyBytes: number };

  /**
   * @param maxBytes Bound of all bodies. A body that is the only one may exceed it.
   * @param stats Where the bytes taken are counted.
   */
  constructor(maxBytes: number, stats: { bodyBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#stats = stats;
  }

  /** Begins a body, which takes nothing yet. */
  open(): BodyShare {
    const stats = this.#stats;
    let own = 0;
    return {
      resize: (bytes) => {
        const others = stats.bodyBytes - own;
        if (others > 0 && others + bytes > this.#maxBytes) return false;
        stats.bodyBytes = others + bytes;
        own = bytes;
        return true;
      },
      [Symbol.dispose]: () => {
        stats.bodyBytes -= own;
        own = 0;
      },
    };
  }
}
