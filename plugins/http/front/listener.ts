/**
 * The listener: accepts connections, bounds them and hands their requests to the pipeline.
 *
 * `Deno.serve` speaks the protocols but has neither a bound for connections nor a timeout for headers, and
 * cannot cut one connection. So the port is opened with `Deno.listen`, and each connection is carried to a
 * `Deno.serve` on a loopback port that only this process uses: a request that did not come through a carried
 * connection is refused. The alternative, `node:http` beside `node:http2`, has the timeouts but two
 * servers, and its hand-over of sockets does not work for TLS, which belongs at this place, too: the first
 * byte 0x16 will choose a second engine.
 *
 * @module
 */
import { aborted, type Clock, describeError, type Logger } from "../../../core/mod.ts";
import { Connection, type ConnectionLimits } from "./connection.ts";
import type { Peer } from "../api.ts";
import { listenError } from "../errors.ts";
import type { HttpStats } from "../http_stats.ts";
import { peerOf } from "../peer.ts";
import { jsonResponse } from "../responses.ts";

/** Answers a request; `signal` aborts when its connection is over. Never rejects. */
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

const busyBody = JSON.stringify({ error: "too many connections" });
const busy = new TextEncoder().encode(
  "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n" +
    `retry-after: 1\r\ncontent-length: ${busyBody.length}\r\n\r\n${busyBody}`,
);

/** An open port. */
export class HttpListener {
  readonly hostname: string;
  readonly port: number;
  readonly #options: ListenerOptions;
  readonly #door: Deno.TcpListener;
  readonly #engine: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  /** By the port that the engine sees. */
  readonly #connections = new Map<number, Connection>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  /** Opens the port. @throws {AgentError} `address_in_use` or `address_unavailable`. */
  constructor(handler: RequestHandler, options: ListenerOptions) {
    this.#options = options;
    const { hostname, port } = options;
    try {
      this.#door = Deno.listen({ hostname, port });
    } catch (error) {
      throw listenError(hostname, port, error);
    }
    this.hostname = this.#door.addr.hostname;
    this.port = this.#door.addr.port;
    this.#engine = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
      (request, { remoteAddr, completed }) => {
        const connection = this.#connections.get(remoteAddr.port);
        if (!connection) return jsonResponse({ error: "Not through this door" }, 403);
        return connection.serve(handler(request, connection.peer, connection.signal), completed);
      },
    );
    this.#accepting = this.#accept();
  }

  /** The engine's own port, which answers nobody but this listener. */
  get enginePort(): number {
    return this.#engine.addr.port;
  }

  /** Takes no new connection, finishes what is in work until the signal aborts, then lets go. */
  async close(signal: AbortSignal): Promise<void> {
    if (!this.#closing.signal.aborted) this.#door.close();
    this.#closing.abort();
    const drained = this.#drain();
    await Promise.race([drained, aborted(signal)]);
    // Without its connections the engine has nothing left to wait for.
    for (const connection of this.#connections.values()) connection.close();
    await drained;
  }

  async #drain(): Promise<void> {
    await this.#accepting;
    const shutdown = this.#engine.shutdown();
    for (const connection of this.#connections.values()) connection.endIfIdle();
    await shutdown;
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    const { stats, log, clock, maxConnections } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        const client = await this.#door.accept();
        stats.accepted++;
        if (signal.aborted) client.close();
        else if (this.#running.size < maxConnections) this.#own(this.#carry(client));
        else {
          stats.rejected("connection_limit");
          this.#own(refuse(client));
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn(`Cannot accept a connection: ${describeError(error)}`);
        await clock.sleep(acceptPauseMs, { signal }).catch(() => "closing");
      }
    }
  }

  /** Keeps a piece of work until it is over, so that closing can wait for it. */
  #own(work: Promise<void>): void {
    const { stats } = this.#options;
    const running: Promise<void> = work.finally(() => {
      this.#running.delete(running);
      stats.connections = this.#running.size;
    });
    this.#running.add(running);
    stats.connections = this.#running.size;
  }

  async #carry(client: Deno.TcpConn): Promise<void> {
    const { stats, log, clock } = this.#options;
    let engine: Deno.TcpConn;
    try {
      engine = await Deno.connect({ hostname: "127.0.0.1", port: this.enginePort });
    } catch (error) {
      client.close();
      log.warn(`Cannot carry a connection: ${describeError(error)}`);
      return;
    }
    client.setNoDelay();
    client.setKeepAlive();
    engine.setNoDelay();
    using connection = new Connection({
      ...this.#options,
      client,
      engine,
      peer: peerOf(client.remoteAddr.hostname),
      clock,
      onLimit: (reason) => stats.rejected(reason),
    });
    if (this.#closing.signal.aborted) return;
    const { port } = engine.localAddr;
    this.#connections.set(port, connection);
    try {
      await connection.run();
    } finally {
      this.#connections.delete(port);
    }
  }
}

/** Answers in HTTP/1.1, as far as the socket takes it at once, and closes. */
async function refuse(client: Deno.TcpConn): Promise<void> {
  try {
    await client.write(busy);
    await client.closeWrite();
  } catch {
    // The client has gone; it was not to be served anyway.
  } finally {
    client.close();
  }
}
