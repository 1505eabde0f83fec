/**
 * The listener: accepts connections, bounds their number and passes their requests to the pipeline. It opens the
 * public port with `Deno.listen` and copies each connection to a `Deno.serve` on a loopback port; a direct request
 * to that inner port is refused. (TLS would enter here: a first byte 0x16 selects a second inner server.)
 *
 * @module
 */
import { aborted, type Clock, describeError, type Logger } from "../../../core/mod.ts";
import type { Peer } from "../api.ts";
import { httpErrors, HttpProblem, listenError } from "../errors.ts";
import type { HttpStats } from "../http_stats.ts";
import { peerOf } from "../peer.ts";
import { errorResponse } from "../responses.ts";
import { Connection, type ConnectionLimits } from "./connection.ts";

/** Answers a request; `signal` aborts when its connection has ended. Never rejects. */
export type RequestHandler = (
  request: Request,
  peer: Peer,
  signal: AbortSignal,
) => Promise<Response>;

/** What a listener works with. */
export interface ListenerOptions extends ConnectionLimits {
  readonly hostname: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly stats: HttpStats;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Pause after a failed accept, for example when the process has no descriptors left. */
const acceptPauseMs = 100;

const busyBody = JSON.stringify({
  error: "too many connections",
  code: httpErrors.connection_limit.code,
});
const busy = new TextEncoder().encode(
  "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n" +
    `retry-after: 1\r\ncontent-length: ${busyBody.length}\r\n\r\n${busyBody}`,
);

/** An open port. */
export class HttpListener implements AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
  readonly #options: ListenerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #backend: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  /** By the client's port of the connection to the inner server. */
  readonly #connections = new Map<number, Connection>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  /** Opens the port. @throws {AgentError} `address_in_use` or `address_unavailable`. */
  constructor(handler: RequestHandler, options: ListenerOptions) {
    this.#options = options;
    const { hostname, port } = options;
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      throw listenError(hostname, port, error);
    }
    this.hostname = this.#listener.addr.hostname;
    this.port = this.#listener.addr.port;
    this.#backend = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request, { remoteAddr, completed }) => {
        const connection = this.#connections.get(remoteAddr.port);
        if (!connection) {
          const message = "Direct requests to the internal port are refused";
          return errorResponse(new HttpProblem(httpErrors.loopback_only, message));
        }
        return connection.serve(handler(request, connection.peer, connection.signal), completed);
      },
    );
    this.#accepting = this.#accept();
  }

  /** The port of the inner server, which answers only connections that this listener makes. */
  get backendPort(): number {
    return this.#backend.addr.port;
  }

  /** Accepts no new connection, finishes requests in progress until the signal aborts, then closes everything. */
  async close(signal: AbortSignal): Promise<void> {
    if (!this.#closing.signal.aborted) this.#listener.close();
    this.#closing.abort();
    const drained = this.#drain();
    using stop = aborted(signal);
    await Promise.race([drained, stop]);
    // Without its connections the inner server has nothing left to wait for.
    for (const connection of this.#connections.values()) connection.close();
    await drained;
  }

  /** Closes everything at once. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close(AbortSignal.abort());
  }

  async #drain(): Promise<void> {
    await this.#accepting;
    const shutdown = this.#backend.shutdown();
    for (const connection of this.#connections.values()) connection.endIfIdle();
    await shutdown;
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    const { stats, log, clock, maxConnections } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const client = await this.#listener.accept();
        stats.accepted++;
        if (signal.aborted) client.close();
        else if (this.#running.size < maxConnections) this.#track(this.#proxy(client));
        else {
          stats.rejected(httpErrors.connection_limit.code);
          this.#track(refuse(client));
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn(`Cannot accept a connection: ${describeError(error)}`);
        // Rejects only when closing begins, which the loop checks.
        await clock.sleep(acceptPauseMs, { signal }).catch(() => {});
      }
    }
  }

  /** Keeps work until it ends, so that closing can wait for it. */
  #track(work: Promise<void>): void {
    const { stats } = this.#options;
    const running: Promise<void> = work.finally(() => {
      this.#running.delete(running);
      stats.connections = this.#running.size;
    });
    this.#running.add(running);
    stats.connections = this.#running.size;
  }

  async #proxy(client: Deno.TcpConn): Promise<void> {
    const { stats, log, clock } = this.#options;
    let backend: Deno.TcpConn;
    try {
      backend = await Deno.connect({ hostname: "127.0.0.1", port: this.backendPort });
    } catch (error) {
      client.close();
      log.warn(`Cannot connect to the inner server: ${describeError(error)}`);
      return;
    }
    client.setNoDelay();
    client.setKeepAlive();
    backend.setNoDelay();
    using connection = new Connection({
      ...this.#options,
      client,
      backend,
      peer: peerOf(client.remoteAddr.hostname),
      clock,
      onLimit: (limit) => stats.rejected(limit),
    });
    if (this.#closing.signal.aborted) return;
    const { port } = backend.localAddr;
    this.#connections.set(port, connection);
    try {
      await connection.run();
    } finally {
      this.#connections.delete(port);
    }
  }
}

/** Answers 503 in HTTP/1.1, as far as the socket accepts it at once, and closes. */
async function refuse(client: Deno.TcpConn): Promise<void> {
  try {
    await client.write(busy);
    await client.closeWrite();
  } catch {
    // The client has closed already, so there is nothing to answer.
  } finally {
    client.close();
  }
}
