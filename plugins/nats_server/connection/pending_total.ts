/**
 * Bytes pending for all clients of a server together.
 *
 * Outputs report changes once per chunk and per write, not per message, so the total may lag by the open chunk of each
 * output. When it exceeds the limit, `onOverflow` is called, which disconnects the clients with the most pending bytes.
 *
 * @module
 */

/** Sum of the pending bytes of all outputs. */
export class PendingTotal {
  /** Reported bytes. */
  bytes = 0;
  readonly #maxBytes: () => number;
  readonly #onOverflow: () => void;

  /** `maxBytes` returns the current limit. */
  constructor(maxBytes: () => number, onOverflow: () => void) {
    this.#maxBytes = maxBytes;
    this.#onOverflow = onOverflow;
  }

  /** Whether the total exceeds the limit. */
  get isOver(): boolean {
    return this.bytes > this.#maxBytes();
  }

  /** Adds the growth of one output, in bytes; negative when bytes were written or discarded. */
  add(bytes: number): void {
    this.bytes += bytes;
    if (bytes > 0 && this.isOver) this.#onOverflow();
  }
}
