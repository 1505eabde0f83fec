/** A TCP proxy on loopback that can cut all its connections, or swallow what they carry. */
export interface CuttableProxy extends AsyncDisposable {
  readonly port: number;
  /** Closes all connections; new ones are closed at once. */
  cut(): void;
  /** Accepts connections from now on, reads what clients send, and never answers; the others are closed. */
  swallow(): void;
  /** Forwards new connections again, and closes those that were swallowed. */
  mend(): void;
}

/** Starts a proxy to a port on loopback. */
export function cuttableProxy(targetPort: number): CuttableProxy {
  const connections = new Set<Deno.TcpConn>();
  const running = new Set<Promise<void>>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let mode: "forward" | "cut" | "swallow" = "forward";

  async function pipe(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      for (let size = await from.read(buffer); size !== null; size = await from.read(buffer)) {
        for (let sent = 0; sent < size;) sent += await to.write(buffer.subarray(sent, size));
      }
    } catch (error) {
      if (!isEndOfConnection(error)) throw error;
    }
    close(from);
    close(to);
  }

  /** Reads to the end. */
  async function swallow(client: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(16_384);
    try {
      while (await client.read(buffer) !== null);
    } catch (error) {
      if (!isEndOfConnection(error)) throw error;
    }
    close(client);
  }

  function close(connection: Deno.TcpConn): void {
    if (connections.delete(connection)) connection.close();
  }

  async function serve(client: Deno.TcpConn): Promise<void> {
    connections.add(client);
    if (mode === "cut") return close(client);
    if (mode === "swallow") return await swallow(client);
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: targetPort });
    } catch (error) {
      // A server that is killed in this moment resets the connection that its system has just accepted.
      if (!isEndOfConnection(error) && !(error instanceof Deno.errors.ConnectionRefused)) {
        throw error;
      }
      return close(client);
    }
    connections.add(server);
    if (mode !== "forward") [client, server].forEach(close);
    await Promise.all([pipe(client, server), pipe(server, client)]);
  }

  const accepting = (async () => {
    for await (const client of listener) {
      const served = serve(client).finally(() => running.delete(served));
      running.add(served);
    }
  })();

  return {
    port: listener.addr.port,
    cut() {
      mode = "cut";
      [...connections].forEach(close);
    },
    swallow() {
      mode = "swallow";
      [...connections].forEach(close);
    },
    mend() {
      const wasSwallowing = mode === "swallow";
      mode = "forward";
      if (wasSwallowing) [...connections].forEach(close);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      [...connections].forEach(close);
      await accepting;
      await Promise.all(running);
    },
  };
}

function isEndOfConnection(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted;
}
