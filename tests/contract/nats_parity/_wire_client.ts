/**
 * A client that knows nothing: it sends the bytes of a script and cuts what comes back into frames. It reads
 * only while somebody waits, and a wait ends with an answer, with the connection, or with the script's
 * bound, which closes every socket.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
import { encode, FrameReader } from "./_frames.ts";

const noConnect = 'CONNECT {"verbose":false,"pedantic":false,"protocol":0}\r\n';

/** Where and how to connect. */
export interface Address {
  readonly port: number;
  /** TLS of the server: what the client trusts and shows. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** TLS before INFO. */
  readonly tlsFirst?: boolean;
  /** Seed bytes of the key that answers `{{sig}}`. */
  readonly seed?: Uint8Array;
}

/** One connection of a script. */
export class WireClient {
  /** Whether the server ended the connection. */
  closed = false;
  #conn: Deno.TcpConn | Deno.TlsConn;
  readonly #address: Address;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #reader = new FrameReader();
  #frames: string[] = [];
  #pongsWanted = 0;
  #pongsSeen = 0;
  #nonce = "";

  private constructor(conn: Deno.TcpConn | Deno.TlsConn, address: Address) {
    this.#conn = conn;
    this.#address = address;
  }

  /** Opens a connection; INFO is the first thing to take. */
  static async open(address: Address): Promise<WireClient> {
    const plain = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
    plain.setNoDelay(true);
    const conn = address.tlsFirst === true ? await startTls(plain, address) : plain;
    const client = new WireClient(conn, address);
    await client.#readUntil(() => client.#frames.length > 0);
    const info = client.#frames[0] ?? "";
    client.#nonce = /"nonce":"([^"]+)"/.exec(info)?.[1] ?? "";
    return client;
  }

  /** Sends CONNECT as modest clients do, unless `argument` says otherwise. */
  async connect(argument?: string): Promise<void> {
    const line = argument === undefined
      ? noConnect
      : `CONNECT ${
        argument.replace("{{sig}}", () => this.#signature()).replace("{{nonce}}", this.#nonce)
      }\r\n`;
    await this.send(line);
  }

  /** Goes over to TLS after INFO. */
  async secure(): Promise<void> {
    this.#conn = await startTls(this.#conn as Deno.TcpConn, this.#address);
  }

  /** Sends bytes. A peer that hung up does not matter: the next read says so. */
  async send(text: string): Promise<void> {
    this.#pongsWanted += text.match(/(?<=^|\n)ping[ \t]*\r?\n/gi)?.length ?? 0;
    const bytes = encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    } catch (error) {
      if (!isHangUp(error)) throw error;
    }
  }

  /** Waits until everything sent so far was answered, or until the server hangs up. */
  async settle(): Promise<void> {
    await this.#readUntil(() => this.#pongsSeen >= this.#pongsWanted);
  }

  /** Reads until the server hangs up. */
  async untilClosed(): Promise<void> {
    await this.#readUntil(() => false);
  }

  /** Sends no more. */
  async endSending(): Promise<void> {
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      if (!isHangUp(error)) throw error;
    }
  }

  /** Frames since the last call, and what remains without an end once the connection is closed. */
  take(): string[] {
    const frames = this.#frames;
    this.#frames = [];
    if (this.closed && this.#reader.rest !== "") frames.push(`${this.#reader.rest} (cut off)`);
    return frames;
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #readUntil(isEnough: () => boolean): Promise<void> {
    while (!this.closed && !isEnough()) {
      const count = await this.#read();
      if (count === null) {
        this.closed = true;
        return;
      }
      for (const frame of this.#reader.push(this.#buffer.subarray(0, count))) {
        this.#frames.push(frame);
        if (frame === "PONG") this.#pongsSeen++;
      }
    }
  }

  async #read(): Promise<number | null> {
    try {
      return await this.#conn.read(this.#buffer);
    } catch (error) {
      if (isHangUp(error)) return null;
      throw error;
    }
  }

  #signature(): string {
    const { seed } = this.#address;
    if (seed === undefined) throw new TypeError("Cannot sign the nonce: this setup has no seed");
    const prefix = Uint8Array.fromHex("302e020100300506032b657004220420");
    const key = createPrivateKey({
      key: Buffer.concat([prefix, seed]),
      format: "der",
      type: "pkcs8",
    });
    return sign(null, Buffer.from(this.#nonce), key).toString("base64url");
  }
}

async function startTls(conn: Deno.TcpConn, { tls }: Address): Promise<Deno.TlsConn> {
  if (tls === undefined) {
    throw new TypeError("Cannot go over to TLS: this setup has no certificates");
  }
  const secured = await Deno.startTls(conn, {
    hostname: "localhost",
    caCerts: [tls.ca],
    ...tls.cert === undefined ? {} : { cert: tls.cert, key: tls.key! },
  });
  await secured.handshake();
  return secured;
}

/** Whether an error says that the peer is gone. */
function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.UnexpectedEof || error instanceof Deno.errors.InvalidData;
}
