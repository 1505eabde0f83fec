/**
 * A client without protocol logic: it sends the bytes of a script and splits the answers into frames. It reads only
 * while a step waits for frames; a wait ends with an answer, with the end of the connection, or with the time limit of
 * the script, which closes every socket.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, sign } from "node:crypto";
import { encode, FrameReader } from "./_frames.ts";
import { type ClientTls, type Link, plainLink, TlsLink } from "./_link.ts";

const modestConnect = '{"verbose":false,"pedantic":false,"protocol":0}';
/** What stands before the 32 seed bytes of an Ed25519 key in DER. */
const derHead = Uint8Array.fromHex("302e020100300506032b657004220420");

/** Where and how to connect. */
export interface Address {
  readonly port: number;
  /** TLS of the server: what the client trusts and shows. */
  readonly tls?: ClientTls;
  /** TLS comes before INFO. */
  readonly tlsFirst?: boolean;
  /** Seed of the key that answers `{{sig}}`, in hex. */
  readonly seed?: string;
}

/** One connection of a script. */
export class WireClient implements Disposable {
  /** Whether the server ended the connection. */
  closed = false;
  /** The line that the server greeted with; empty when it hung up instead. */
  info = "";
  readonly #link: Link;
  readonly #address: Address;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #reader = new FrameReader();
  #frames: string[] = [];
  #pongsWanted = 0;
  #pongsSeen = 0;
  #nonce = "";
  /** What was sent of the last line. */
  #line = "";

  private constructor(link: Link, address: Address) {
    this.#link = link;
    this.#address = address;
  }

  /** Opens a connection and reads INFO. */
  static async open(address: Address): Promise<WireClient> {
    const { port, tls, tlsFirst = false } = address;
    const link = tls === undefined ? await plainLink(port) : await TlsLink.open(port, tls);
    if (tlsFirst && link instanceof TlsLink) await link.secure();
    const client = new WireClient(link, address);
    await client.#readUntil(() => client.#frames.length > 0);
    client.info = client.#frames.shift() ?? "";
    client.#nonce = /"nonce":"([^"]+)"/.exec(client.info)?.[1] ?? "";
    return client;
  }

  /** Sends CONNECT; as modest clients do, unless `argument` says otherwise. */
  async connect(argument = modestConnect): Promise<void> {
    const filled = argument.replace("{{nonce}}", this.#nonce)
      .replace("{{sig}}", () => this.#signature());
    await this.send(`CONNECT ${filled}\r\n`);
  }

  /** Goes over to TLS after INFO. */
  async secure(): Promise<void> {
    if (!(this.#link instanceof TlsLink)) {
      throw new TypeError("Cannot go over to TLS: this setup has no certificates");
    }
    await this.#link.secure();
  }

  /** Sends bytes, one character each. */
  async send(text: string): Promise<void> {
    this.#countPings(text);
    await this.#link.write(encode(text));
  }

  /** Waits until everything sent so far was answered, or until the server hangs up. */
  async settle(): Promise<void> {
    await this.#readUntil(() => this.#pongsSeen >= this.#pongsWanted);
  }

  /** Reads until a frame contains a text, or until the server hangs up. */
  async untilFrame(text: string): Promise<void> {
    await this.#readUntil(() => this.#frames.some((frame) => frame.includes(text)));
  }

  /** Reads until the server hangs up. */
  async untilClosed(): Promise<void> {
    await this.#readUntil(() => false);
  }

  /** Sends no more. */
  async endSending(): Promise<void> {
    await this.#link.closeWrite();
  }

  /** Frames since the last call, and what remains without an end once the connection is closed. */
  take(): string[] {
    const frames = this.#frames;
    this.#frames = [];
    const rest = this.closed ? this.#reader.takeRest() : "";
    return rest === "" ? frames : [...frames, `${rest} (cut off)`];
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }

  /** Lines that begin with PING, over whatever packets. Scripts put none into a payload. */
  #countPings(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop()!;
    for (const line of lines) if (/^ping/i.test(line)) this.#pongsWanted++;
  }

  async #readUntil(isEnough: () => boolean): Promise<void> {
    while (!this.closed && !isEnough()) {
      const count = await this.#link.read(this.#buffer);
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

  #signature(): string {
    const { seed } = this.#address;
    if (seed === undefined) throw new TypeError("Cannot sign the nonce: this setup has no seed");
    const der = Buffer.concat([derHead, Uint8Array.fromHex(seed)]);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return sign(null, Buffer.from(this.#nonce), key).toString("base64url");
  }
}
