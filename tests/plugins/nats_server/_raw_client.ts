/**
 * A client that sends raw bytes and records the received ones.
 *
 * @module
 */
const patienceMs = 5_000;

/** A connected raw client. */
export class RawClient implements AsyncDisposable {
  /** Everything received so far, as Latin-1 text. */
  received = "";
  /** Whether the server has closed the connection. */
  ended = false;
  readonly #conn: Deno.TcpConn;
  readonly #reading: Promise<void>;
  #waiters: (() => void)[] = [];
  #pongsDue = 0;
  #unfinished = "";

  private constructor(conn: Deno.TcpConn) {
    conn.setNoDelay(true);
    this.#conn = conn;
    this.#reading = this.#read();
  }

  /** Connects; does not wait for INFO. */
  static async open(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Connects and sends CONNECT, not verbose and not pedantic. */
  static async connect(port: number, options: Record<string, unknown> = {}): Promise<RawClient> {
    const client = await RawClient.open(port);
    await client.until(() => client.received.includes("\r\n"));
    const connect = { verbose: false, pedantic: false, headers: true, ...options };
    await client.send(`CONNECT ${JSON.stringify(connect)}\r\n`);
    await client.settle();
    client.take();
    return client;
  }

  /** Sends text (one byte per character) or bytes; does nothing when the server has closed the connection. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string"
      ? Uint8Array.from(data, (character) => character.charCodeAt(0))
      : data;
    try {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    if (typeof data === "string") this.#countPings(data);
  }

  /** Sends PING and waits for PONG, so that everything sent before is processed, or for the end. */
  async settle(): Promise<void> {
    await this.send("PING\r\n");
    await this.until(() => this.ended || this.#pongs() >= this.#pongsDue);
  }

  /** Waits until the condition is true; rejects after 5 s with the received text. */
  async until(condition: () => boolean): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Waited in vain; received ${JSON.stringify(this.received)}`)),
        patienceMs,
      );
    });
    try {
      while (!condition()) {
        await Promise.race([
          tooLate,
          new Promise<void>((resolve) => this.#waiters.push(resolve)),
        ]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the server has closed the connection. */
  closed(): Promise<void> {
    return this.until(() => this.ended);
  }

  /** The text received since the last call, without PONG lines and the PING lines that the server sends when due. */
  take(): string {
    this.#pongsDue -= this.#pongs();
    const text = this.received.replaceAll("PONG\r\n", "").replaceAll(/^PING\r\n/gm, "");
    this.received = "";
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.ended) {
      try {
        this.#conn.close();
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    await this.#reading;
  }

  /** Counts PING lines; an incomplete last line is kept for the next call. */
  #countPings(data: string): void {
    const text = this.#unfinished + data;
    const end = text.lastIndexOf("\n") + 1;
    this.#pongsDue += text.slice(0, end).match(/^ping/gim)?.length ?? 0;
    this.#unfinished = text.slice(end);
  }

  #pongs(): number {
    return this.received.split("PONG\r\n").length - 1;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (true) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        let text = "";
        for (let i = 0; i < count; i++) text += String.fromCharCode(buffer[i]);
        this.received += text;
        this.#wake();
      }
      this.ended = true;
      this.#conn.close();
    } catch (error) {
      this.ended = true;
      if (!isGone(error)) throw error;
      if (error instanceof Deno.errors.ConnectionReset) this.#conn.close();
    } finally {
      this.#wake();
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}
