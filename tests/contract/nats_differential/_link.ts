/**
 * The byte stream of a test client: a plain socket, or one that starts TLS after the server's first line.
 * `Deno.startTls` accepts no client certificate, so TLS uses `node:tls`.
 *
 * @module
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** What clients trust and show. PEM text. */
export interface ClientTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A byte stream. */
export interface Link extends Disposable {
  /** Bytes read into the buffer; `null` at the end, however it came. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes everything; a peer that is gone does not matter, the next read says so. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the sending side. */
  closeWrite(): Promise<void>;
}

/** A plain connection. */
export async function plainLink(port: number): Promise<Link> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  return {
    read: (buffer) => orNull(() => conn.read(buffer)),
    async write(bytes) {
      await orNull(async () => {
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      });
    },
    async closeWrite() {
      await orNull(() => conn.closeWrite());
    },
    [Symbol.dispose]() {
      try {
        conn.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    },
  };
}

/** The result, or `null` when the peer is gone. */
async function orNull<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action();
  } catch (error) {
    const isHangUp = error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.NotConnected ||
      error instanceof Deno.errors.ConnectionAborted;
    if (isHangUp) return null;
    throw error;
  }
}

/** A connection that can go over to TLS. */
export class TlsLink implements Link {
  #socket: Socket;
  readonly #tls: ClientTls;
  #chunks: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | null = null;

  private constructor(socket: Socket, tls: ClientTls) {
    this.#socket = socket;
    this.#tls = tls;
    this.#listen();
  }

  /** Connects in clear. */
  static async open(port: number, tls: ClientTls): Promise<TlsLink> {
    const socket = connectTcp(port, "127.0.0.1");
    socket.setNoDelay(true);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("connect", resolve);
    socket.once("error", reject);
    await promise;
    socket.off("error", reject);
    return new TlsLink(socket, tls);
  }

  /** Shakes hands. A refusal shows as the end of the stream. */
  async secure(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners("data");
    const secured = connectTls({ socket: plain, servername: "localhost", ...this.#tls });
    this.#socket = secured;
    const { promise, resolve } = Promise.withResolvers<void>();
    secured.once("secureConnect", resolve);
    secured.once("error", () => resolve());
    secured.once("close", () => resolve());
    await promise;
    this.#listen();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const chunk = this.#chunks[0];
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended || this.#socket.destroyed) return resolve();
      this.#socket.once("close", resolve);
      this.#socket.write(bytes, () => {
        this.#socket.off("close", resolve);
        resolve();
      });
    });
  }

  closeWrite(): Promise<void> {
    this.#socket.end();
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#end();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#wake?.();
    });
    this.#socket.on("error", () => this.#end());
    this.#socket.on("end", () => this.#end());
    this.#socket.on("close", () => this.#end());
  }

  #end(): void {
    this.#ended = true;
    this.#wake?.();
  }
}
