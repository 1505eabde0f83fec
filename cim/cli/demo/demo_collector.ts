/** A TCP log collector inside of the demo, which can be stopped and started again. */
export class DemoCollector implements AsyncDisposable {
  readonly #port: number;
  readonly #arrived = new Set<string>();
  readonly #open = new Set<Deno.TcpConn>();
  #listener: Deno.TcpListener | undefined;
  #tasks: Promise<void>[] = [];

  /** Listens on that port of 127.0.0.1 once it is started. */
  constructor(port: number) {
    this.#port = port;
  }

  /** Different records that arrived, in the order of their first arrival. */
  get records(): readonly string[] {
    return [...this.#arrived];
  }

  /** Listens. */
  start(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.#port });
    this.#tasks.push(this.#accept(this.#listener));
  }

  /** Stops listening and closes all connections at once. */
  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    for (const conn of this.#open) conn.close();
    this.#open.clear();
    await Promise.all(this.#tasks);
    this.#tasks = [];
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

  /** Reads whole lines; one that was cut off is thrown away. */
  async #read(conn: Deno.TcpConn): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let rest = "";
    try {
      for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
        const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true }))
          .split("\n");
        rest = lines.pop()!;
        for (const line of lines) this.#arrived.add(line);
      }
    } catch (error) {
      // `stop` closed the connection.
      if (this.#open.has(conn)) throw error;
    } finally {
      if (this.#open.delete(conn)) conn.close();
    }
  }
}
