import type { Socket } from "node:net";

/**
 * Reads from a socket of `node:net` or `node:tls` into the caller's buffer, as a connection of Deno does: the socket is
 * paused whenever a chunk waits, so that one chunk waits at most.
 */
export class SocketReader {
  readonly #chunks: Uint8Array[] = [];
  #socket: Pick<Socket, "resume"> | undefined;
  #isEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** Whether nothing more arrives after what waits. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** The first failure. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Begins to take the data of the socket. To be called once. */
  attach(socket: Socket): void {
    this.#socket = socket;
    socket.on("end", () => this.end());
    socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      socket.pause();
      this.#wake?.();
    });
  }

  /** Makes reads reject once what waits has been read. The first error stays. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** Makes reads return null once what waits has been read. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** Reads into `buffer`. Returns the number of bytes, or null at the end. */
  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#error) throw this.#error;
      if (this.#isEnded) return null;
      this.#socket?.resume();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [chunk] = this.#chunks;
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }
}
