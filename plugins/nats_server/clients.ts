/**
 * The connected clients of one server: accepts them, checks their time limits, drains and closes them.
 *
 * One timer serves all time limits. It fires when the earliest limit of any connection is due, and at least as often
 * as the shortest configured limit, because a limit that begins meanwhile cannot be due earlier. Without connections
 * there is no timer.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import { Connection, PendingTotal, type ServerContext } from "./connection/mod.ts";
import { ClosedConnections, recordOf } from "./monitoring/mod.ts";
import type { NatsLimits } from "./options.ts";
import { infoLine, type ServerInfo } from "./protocol/mod.ts";
import type { Router } from "./routing/mod.ts";
import { type Authenticator, randomNonce } from "./security/mod.ts";
import type { CloseReason, Counters } from "./stats.ts";
import type { Acceptor, TlsContext, Transport } from "./transport/mod.ts";

const firstPingMs = 2_000;
const acceptPauseMs = 50;
const slowReasons: ReadonlySet<CloseReason> = new Set<CloseReason>([
  "slow_consumer_pending",
  "slow_consumer_deadline",
  "slow_consumer_total",
]);

/** What {@linkcode Clients} needs of the server. A reload replaces the readonly members. */
export interface ClientsOptions {
  readonly router: Router;
  readonly counters: Counters;
  readonly limits: NatsLimits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly tls: TlsContext | null;
  readonly authenticator: Authenticator;
  /** Members of INFO that are the same for every client. */
  info(): ServerInfo;
}

/** The connections of one server. */
export class Clients {
  /** Connections closed recently. */
  readonly closed = new ClosedConnections();
  readonly #server: ClientsOptions;
  readonly #context: ServerContext;
  readonly #connections = new Map<number, Connection>();
  readonly #running = new Map<Connection, Promise<void>>();
  #acceptor: Acceptor | null = null;
  #accepting: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  readonly #pending: PendingTotal;
  #timer: Disposable | null = null;
  #isClosed = false;

  constructor(server: ClientsOptions) {
    this.#server = server;
    this.#pending = new PendingTotal(
      () => server.limits.maxTotalPendingBytes,
      () => this.#disconnectSlowest(),
    );
    this.#context = this.#makeContext();
  }

  /** Open connections by id. */
  get all(): ReadonlyMap<number, Connection> {
    return this.#connections;
  }

  /** Bytes pending for all clients together. */
  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  /** Accepts clients until `drain` or `close`. */
  accept(acceptor: Acceptor): void {
    this.#acceptor = acceptor;
    this.#accepting = Promise.all([this.#accepting, this.#accept(acceptor)]);
  }

  /** Closes the port; connected clients stay. */
  stopAccepting(): void {
    this.#acceptor?.close();
  }

  /** Applies changed options to the connected clients. */
  async reload(
    { isInfoChanged, isReauthenticated }: { isInfoChanged: boolean; isReauthenticated: boolean },
  ): Promise<void> {
    const connections = [...this.#connections.values()];
    for (const excess of connections.slice(this.#server.limits.maxConnections)) {
      excess.close("max_connections");
    }
    for (const connection of connections) {
      connection.applyLimits();
      if (isInfoChanged) connection.announce();
    }
    if (isReauthenticated) await Promise.all(connections.map((one) => one.recheck()));
    this.#timer?.[Symbol.dispose]();
    if (this.#connections.size > 0) this.#armTimer();
    this.#server.router.endChunk();
  }

  /**
   * Lame duck mode. Accepts no more clients and sends INFO with `ldm`. Resolves when every client has disconnected, or
   * does not understand `ldm` and everything it has sent is processed and its output is written; at the latest after
   * the grace, or when the signal aborts.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#acceptor?.close();
    const { limits, clock, router } = this.#server;
    const drains = [...this.#connections.values()].map((connection) =>
      this.#drainOne(connection, limits.lameDuckGraceMs > 0)
    );
    router.endChunk();
    const { promise, resolve } = Promise.withResolvers<void>();
    using _ = clock.timer(Math.max(limits.lameDuckGraceMs, limits.closeFlushMs), resolve);
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) resolve();
    await Promise.race([promise, Promise.all(drains)]);
    signal.removeEventListener("abort", onAbort);
  }

  /**
   * Calls `publish`, and asks each client that received something meanwhile whether it has processed it. One promise
   * per client, in the order of connecting; see {@linkcode Connection.barrier}.
   */
  confirmed(publish: () => void): Promise<boolean>[] {
    const before = new Map<Connection, number>();
    for (const connection of this.#connections.values()) {
      before.set(connection, connection.outMessages);
    }
    publish();
    return [...before]
      .filter(([connection, messages]) => connection.outMessages > messages)
      .map(([connection]) => connection.barrier());
  }

  /** Closes all connections and resolves when they have ended. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#acceptor?.close();
    for (const connection of [...this.#connections.values()]) connection.close("server_shutdown");
    await this.#accepting;
    await Promise.all(this.#running.values());
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
  }

  async #drainOne(connection: Connection, hasGrace: boolean): Promise<void> {
    const isAnnounced = connection.announce({ ldm: true });
    await connection.barrier();
    await connection.output.drained();
    if (isAnnounced && hasGrace) await this.#running.get(connection);
  }

  #makeContext(): ServerContext {
    const server = this.#server;
    return {
      router: server.router,
      counters: server.counters,
      clock: server.clock,
      log: server.log,
      get limits() {
        return server.limits;
      },
      get tls() {
        return server.tls;
      },
      pending: this.#pending,
      get authenticator() {
        return server.authenticator;
      },
      serverInfo: () => server.info(),
      info: (clientId, transport, nonce, extra) =>
        infoLine(server.info(), {
          client_id: clientId,
          client_ip: transport.remote.hostname,
          ...(nonce === "" ? {} : { nonce }),
          ...(transport.tls?.isFirst ? { tls_required: true } : {}),
          ...(extra ?? {}),
          ...(extra !== undefined && "connect_info" in extra ? { remote_account: "$G" } : {}),
        }),
      firstPingMs: () => {
        const base = Math.min(firstPingMs, server.limits.pingIntervalMs);
        return base + server.random() * base / 5;
      },
      onClosed: (clientId, name, reason) => this.#onClosed(clientId, name, reason),
    };
  }

  async #accept(acceptor: Acceptor): Promise<void> {
    const { counters, log, clock } = this.#server;
    while (true) {
      try {
        const transport = await acceptor.accept();
        if (transport === null) return;
        this.#serve(transport);
      } catch (error) {
        counters.acceptErrors++;
        log.warn("Cannot accept a connection", { error });
        await clock.sleep(acceptPauseMs);
      }
    }
  }

  #serve(transport: Transport): void {
    const { counters, limits, authenticator } = this.#server;
    counters.totalConnections++;
    const nonce = authenticator.needsNonce ? randomNonce() : "";
    const connection = new Connection(this.#nextId++, transport, nonce, this.#context);
    const isOver = this.#connections.size >= limits.maxConnections;
    this.#connections.set(connection.id, connection);
    const run = connection.run().finally(() => this.#running.delete(connection));
    this.#running.set(connection, run);
    if (this.#timer === null) this.#armTimer();
    if (isOver) connection.close("max_connections");
    else if (this.#isClosed) connection.close("server_shutdown");
  }

  #onClosed(client: number, name: string, reason: CloseReason): void {
    const { counters, log, clock } = this.#server;
    const connection = this.#connections.get(client);
    this.#connections.delete(client);
    if (connection !== undefined) {
      this.closed.add(recordOf(connection, clock.now(), clock.monotonic(), reason));
    }
    counters.closed[reason]++;
    const isSlow = slowReasons.has(reason);
    if (isSlow) counters.slowConsumers++;
    const fields = { client, name, reason };
    if (isSlow) log.warn("Slow consumer disconnected", fields);
    else log.debug("Connection closed", fields);
  }

  /** Disconnects the clients with the most pending bytes until the total is within its limit. */
  #disconnectSlowest(): void {
    while (this.#pending.isOver) {
      let slowest: Connection | undefined;
      for (const connection of this.#connections.values()) {
        if (connection.output.pendingBytes > (slowest?.output.pendingBytes ?? 0)) {
          slowest = connection;
        }
      }
      if (slowest === undefined) return;
      slowest.close("slow_consumer_total");
    }
  }

  #armTimer(): void {
    const { clock, router, limits } = this.#server;
    const nowMs = clock.monotonic();
    let dueMs = nowMs + Math.min(
      limits.pingIntervalMs,
      limits.writeDeadlineMs,
      limits.authTimeoutMs,
      firstPingMs,
    );
    for (const connection of this.#connections.values()) {
      dueMs = Math.min(dueMs, connection.check(nowMs));
    }
    router.endChunk();
    this.#timer = clock.timer(Math.max(1, dueMs - nowMs), () => {
      this.#timer = null;
      if (this.#connections.size > 0) this.#armTimer();
    });
  }
}
