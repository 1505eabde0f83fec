/**
 * The listener: accepts connections, bounds their number and passes their requests to the pipeline.
 *
 * When all places are taken, the connection that has been idle longest gives way to a new one. When none is idle, a new
 * connection enters the probe lane: a few more places, in which one probe is answered and anything else refused. When
 * the process has no descriptors left, the limit is lowered to the number that are open, and doubled again each second;
 * a reserve of descriptors keeps the probe lane usable meanwhile. Of the connections whose clients do not read their
 * answers, only a few are kept, since each holds up to a megabyte in the buffers of the inner server and the system.
 *
 * @module
 */
import { aborted, type Clock, type Logger } from "../../../core/mod.ts";
import { listenError } from "../errors.ts";
import type { HttpStats } from "../http_stats.ts";
import { peerOf } from "../peer.ts";
import { BufferPool } from "./buffer_pool.ts";
import { Connection, type ConnectionLimits } from "./connection.ts";
import { DescriptorReserve, isOutOfDescriptors } from "./descriptor_reserve.ts";
import type { RequestHandler } from "./exchange.ts";
import type { Tls } from "./client_stream.ts";
import { InnerServer } from "./inner_server.ts";
import { TlsPort } from "./tls_port.ts";

/** What a listener works with. */
export interface ListenerOptions extends ConnectionLimits {
  readonly hostname: string;
  readonly port: number;
  readonly maxConnections: number;
  /** Requests that may be unread before connections with many of them are closed. */
  readonly maxRequests: number;
  /** Whether clients without TLS are refused. Default false. */
  readonly tlsRequired?: boolean;
  readonly stats: HttpStats;
  readonly log: Logger;
  readonly clock: Clock;
  /** Called with a reason when the server works only in part, and with undefined when it has recovered. */
  readonly onProblem?: (reason: string | undefined) => void;
}

/** Pause after an accept that failed although descriptors had been released. */
const acceptPauseMs = 100;

/** Time between two steps that raise a lowered limit. */
const raiseIntervalMs = 1_000;

/** Places of the probe lane, and the descriptors kept back for it. */
const probePlaces = 16;
const reservedDescriptors = 4;

/** Connections whose clients may leave an answer unread; a further one makes the longest stalled give way. */
const maxStalled = 32;

/** Time in which the first request of a new connection is read before the connection can give way, in milliseconds. */
const minIdleMs = 250;

/** Time allowed for the head of a request in the probe lane, in milliseconds. */
const probeHeaderTimeoutMs = 2_000;

/** An open port. */
export class HttpListener implements AsyncDisposable {
  readonly hostname: string;
  readonly port: number;
  readonly #options: ListenerOptions;
  readonly #handler: RequestHandler;
  readonly #listener: Deno.TcpListener;
  readonly #inner: InnerServer;
  readonly #tls: TlsPort;
  readonly #buffers = new BufferPool();
  readonly #reserve = new DescriptorReserve(reservedDescriptors);
  readonly #closing = new AbortController();
  /** Connections on the places that everyone may use. */
  readonly #open = new Set<Connection>();
  /** Those of them without a request in progress, with the time since when, the longest idle first. */
  readonly #idle = new Map<Connection, number>();
  /** Connections in the probe lane, the oldest first. */
  readonly #probes = new Set<Connection>();
  /** Connections whose clients do not read, the longest stalled first. */
  readonly #stalled = new Set<Connection>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  /** Places now; lower than `maxConnections` after the process ran out of descriptors. */
  #places: number;
  #raising: Disposable | undefined;
  #innerProblem: string | undefined;

  /** Opens the port. @throws {AgentError} `address_in_use` or `address_unavailable`. */
  constructor(handler: RequestHandler, options: ListenerOptions) {
    this.#options = options;
    this.#handler = handler;
    this.#places = options.maxConnections;
    const { hostname, port, tlsRequired = false, log, clock } = options;
    this.#tls = new TlsPort(tlsRequired);
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      this.#reserve[Symbol.dispose]();
      throw listenError(hostname, port, error);
    }
    this.hostname = this.#listener.addr.hostname;
    this.port = this.#listener.addr.port;
    this.#inner = new InnerServer({
      log,
      clock,
      onOutOfDescriptors: () => this.#onOutOfDescriptors(),
      onProblem: (problem) => {
        this.#innerProblem = problem;
        this.#reportProblem();
      },
    });
    this.#accepting = this.#accept();
  }

  /** Port of the inner server, which answers only connections that this listener makes. */
  get innerPort(): number | undefined {
    return this.#inner.port;
  }

  /**
   * Sets the TLS of new connections; undefined refuses TLS, which is the state after the start. Connections that have
   * TLS already are closed once they have no request in progress.
   */
  replaceTls(tls: Tls | undefined): void {
    this.#tls.replace(tls);
    for (const connection of [...this.#open, ...this.#probes]) connection.drainTls();
  }

  /** Accepts no new connection, finishes requests in progress until the signal aborts, then closes everything. */
  async close(signal: AbortSignal): Promise<void> {
    if (!this.#closing.signal.aborted) this.#listener.close();
    this.#closing.abort();
    const drained = this.#drain();
    using stop = aborted(signal);
    await Promise.race([drained, stop]);
    // Without its connections the inner server has nothing left to wait for.
    for (const connection of [...this.#open, ...this.#probes]) connection.close();
    await drained;
    this.#raising?.[Symbol.dispose]();
    this.#reserve[Symbol.dispose]();
  }

  /** Closes everything at once. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close(AbortSignal.abort());
  }

  async #drain(): Promise<void> {
    await this.#accepting;
    const shutdown = this.#inner.shutdown();
    for (const connection of [...this.#open, ...this.#probes]) connection.endIfIdle();
    await shutdown;
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    const { log, clock } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#admit(await this.#listener.accept());
      } catch (error) {
        if (signal.aborted) return;
        if (!isOutOfDescriptors(error)) log.warn("Cannot accept a connection", { error });
        // What is released here is for the next accept; otherwise that would fail at once again.
        else if (this.#onOutOfDescriptors()) continue;
        // Rejects only when closing begins, which the loop checks.
        await clock.sleep(acceptPauseMs, { signal }).catch(() => {});
      }
    }
  }

  /** Gives a new connection its place. */
  #admit(client: Deno.TcpConn): void {
    const { stats } = this.#options;
    stats.accepted++;
    if (this.#closing.signal.aborted) return client.close();
    if (this.#open.size >= this.#places) this.#evictIdle();
    if (this.#open.size < this.#places) return this.#serve(client, this.#open, false);
    if (this.#probes.size >= probePlaces) {
      const [oldest] = this.#probes;
      oldest.evict("idle_evicted");
    }
    this.#serve(client, this.#probes, true);
  }

  #serve(client: Deno.TcpConn, place: Set<Connection>, isProbeOnly: boolean): void {
    const { stats, log, clock, headerTimeoutMs } = this.#options;
    const limits = isProbeOnly
      ? { ...this.#options, headerTimeoutMs: Math.min(headerTimeoutMs, probeHeaderTimeoutMs) }
      : this.#options;
    const connection = new Connection({
      client,
      tls: this.#tls,
      peer: peerOf(client.remoteAddr.hostname),
      limits,
      handler: this.#handler,
      inner: this.#inner,
      buffers: this.#buffers,
      isProbeOnly,
      clock,
      log,
      isFull: () => stats.inFlight > this.#options.maxRequests,
      onIdle: (isIdle) => {
        // A connection of the probe lane has no place to give away.
        if (isIdle && !isProbeOnly) this.#idle.set(connection, clock.monotonic());
        else this.#idle.delete(connection);
      },
      onStalled: (isStalled) => this.#onStalled(connection, isStalled),
      onLimit: (limit) => stats.rejected(limit),
      onClose: () => {
        place.delete(connection);
        this.#idle.delete(connection);
        this.#stalled.delete(connection);
        this.#count();
      },
    });
    place.add(connection);
    if (!isProbeOnly) this.#idle.set(connection, clock.monotonic());
    this.#count();
    const running: Promise<void> = connection.run().finally(() => {
      this.#running.delete(running);
      this.#reserve.refill();
    });
    this.#running.add(running);
  }

  /** Bounds the answers that wait in the buffers of the inner server and the system. */
  #onStalled(connection: Connection, isStalled: boolean): void {
    if (!isStalled) {
      this.#stalled.delete(connection);
      return;
    }
    this.#stalled.add(connection);
    if (this.#stalled.size <= maxStalled) return;
    const [longest] = this.#stalled;
    longest.evict("stalled_evicted");
  }

  #count(): void {
    this.#options.stats.connections = this.#open.size + this.#probes.size;
  }

  /** Closes the connection that has been idle longest; false when none has been idle long enough. */
  #evictIdle(): boolean {
    for (const [longest, sinceMs] of this.#idle) {
      if (this.#options.clock.monotonic() - sinceMs < minIdleMs) return false;
      longest.evict("idle_evicted");
      return true;
    }
    return false;
  }

  /** Makes room after the process ran out of descriptors. Returns whether a descriptor was released. */
  #onOutOfDescriptors(): boolean {
    const { log, maxConnections } = this.#options;
    if (this.#places === maxConnections) log.warn("The process ran out of file descriptors");
    const isReleased = this.#evictIdle() || this.#reserve.release();
    this.#places = Math.max(1, Math.min(this.#places, this.#open.size, maxConnections - 1));
    this.#raiseLater();
    this.#reportProblem();
    return isReleased;
  }

  #raiseLater(): void {
    this.#raising?.[Symbol.dispose]();
    this.#raising = this.#options.clock.timer(raiseIntervalMs, () => {
      const { maxConnections } = this.#options;
      this.#reserve.refill();
      this.#places = Math.min(maxConnections, 2 * this.#places);
      if (this.#places < maxConnections) this.#raiseLater();
      else this.#reportProblem();
    });
  }

  #reportProblem(): void {
    const { maxConnections, onProblem } = this.#options;
    const isLimited = this.#places < maxConnections;
    const descriptors = "the process ran out of file descriptors; raise its limit (ulimit -n)";
    onProblem?.(this.#innerProblem ?? (isLimited ? descriptors : undefined));
  }
}
