/** Time limit of every wait for the peer, in milliseconds. */
const patienceMs = 20_000;

/**
 * A TCP client that sends the bytes it is given and reads only while a test waits for something. Every wait
 * has a time limit, and its error shows what had been received.
 */
export class RawClient implements Disposable {
  /** Everything received so far and not taken, as UTF-8 text. */
  received = "";
  /** Whether the peer closed or reset the connection. */
  isEnded = false;
  #conn: Deno.TcpConn | Deno.TlsConn;
  readonly #buffer = new Uint8Array(64 * 1024);
  readonly #decoder = new TextDecoder();
  #isClosed = false;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to a port of this machine; tries once more if the connection is reset at once. */
  static async open(port: number): Promise<RawClient> {
    const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
    return new RawClient(
      await connect().catch((error) => {
        if (error instanceof Deno.errors.ConnectionReset) return connect();
        throw error;
      }),
    );
  }

  /** Starts TLS on the connection and trusts `ca`. Call it when the peer expects the handshake. */
  async secure(ca: string): Promise<void> {
    const conn = this.#conn as Deno.TcpConn;
    this.#conn = await Deno.startTls(conn, { hostname: "localhost", caCerts: [ca] });
  }

  /** Sends all bytes; returns false if the peer closed the connection. */
  async send(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
      return true;
    } catch (error) {
      if (isHangUp(error)) return false;
      throw error;
    }
  }

  /** Reads until `text` was received or the peer ended the connection. */
  until(text: string): Promise<void> {
    return this.#readUntil(() => this.received.includes(text), `text ${JSON.stringify(text)}`);
  }

  /** Reads until the peer ends the connection. */
  untilEnd(): Promise<void> {
    return this.#readUntil(() => false, "end of the connection");
  }

  /**
   * Reads until `end` was received, or to the end of the connection without `end`; returns and forgets
   * everything received so far.
   */
  async receive(end?: string): Promise<string> {
    await (end === undefined ? this.untilEnd() : this.until(end));
    const text = this.received;
    this.received = "";
    return text;
  }

  /** Ends the sending direction only. */
  async endSending(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  async #readUntil(isDone: () => boolean, what: string): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // Ends the read that is pending.
      this[Symbol.dispose]();
    }, patienceMs);
    try {
      while (!this.isEnded && !isDone()) await this.#read();
    } catch (error) {
      if (!isLate) throw error;
    } finally {
      clearTimeout(timer);
    }
    if (isLate) {
      const received = JSON.stringify(this.received.slice(-2_000));
      throw new Error(`Not within ${patienceMs} ms: ${what}; received ${received}`);
    }
  }

  async #read(): Promise<void> {
    try {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) this.isEnded = true;
      else this.received += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    } catch (error) {
      if (!isHangUp(error)) throw error;
      this.isEnded = true;
    }
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.UnexpectedEof;
}
