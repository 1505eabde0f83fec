/** A log collector in this process: it keeps what it reads, and can be stopped, started again and held. */
export class TcpCollector implements AsyncDisposable {
  /** Text that arrived on each connection, in the order of the connections. */
  readonly connections: string[] = [];
  readonly port: number;
  readonly #open = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener | undefined;
  #tasks: Promise<void>[] = [];
  #reading = Promise.withResolvers<void>();
  #cutAt = Infinity;
  #onRead = () => {};

  /** Listens on a free port of 127.0.0.1, and reads. */
  constructor() {
    this.#reading.resolve();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#tasks.push(this.#accept(this.#listener));
  }

  /** Everything that arrived, complete lines only: a collector throws away a line that was cut off. */
  get lines(): string[] {
    return this.connections.flatMap((text) => text.split("\n").slice(0, -1));
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open.size;
  }

  /** Stops listening and closes all connections. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const conn of this.#open) conn.close();
    this.#open.clear();
    this.#reading.resolve();
    await Promise.all(this.#tasks);
    this.#tasks = [];
    this.#reading = Promise.withResolvers();
    this.#reading.resolve();
  }

  /** Listens again on the same port. */
  start(): void {
    this.#cutAt = Infinity;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#tasks.push(this.#accept(this.#listener));
  }

  /** Accepts connections and reads nothing until {@linkcode read}. */
  hold(): void {
    this.#reading = Promise.withResolvers();
  }

  /** Reads again after {@linkcode hold}. */
  read(): void {
    this.#reading.resolve();
  }

  /** Closes each connection after it has read that many bytes of it. */
  cutAt(bytes: number): void {
    this.#cutAt = bytes;
  }

  /** Resolves when `probe` returns true; it is asked after each read. */
  async until(probe: () => boolean): Promise<void> {
    while (!probe()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onRead = resolve;
      await promise;
    }
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const conn of listener) {
      this.#open.add(conn);
      this.#tasks.push(this.#read(conn));
    }
  }

  async #read(conn: Deno.TcpConn): Promise<void> {
    const index = this.connections.push("") - 1;
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let total = 0;
    try {
      while (total < this.#cutAt) {
        await this.#reading.promise;
        const count = await conn.read(buffer.subarray(0, Math.min(65_536, this.#cutAt - total)));
        if (count === null) break;
        total += count;
        this.connections[index] += decoder.decode(buffer.subarray(0, count), { stream: true });
        this.#onRead();
      }
    } catch (error) {
      if (this.#open.has(conn) && !isReset(error)) throw error;
    } finally {
      if (this.#open.delete(conn)) conn.close();
      this.#onRead();
    }
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}
