/**
 * The connected clients of one server: accepts them, checks their time limits, drains and closes them.
 *
 * One timer serves all time limits: four times a second every connection checks its own.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import { Connection, type ServerContext } from "./connection/mod.ts";
import type { NatsLimits } from "./options.ts";
import { infoLine, type ServerInfo } from "./protocol/mod.ts";
import type { Router } from "./routing/mod.ts";
import { type Authenticator, randomNonce } from "./security/mod.ts";
import type { CloseReason, Counters } from "./stats.ts";
import type { Acceptor, TlsContext, Transport } from "./transport/mod.ts";

const tickMs = 250;
const firstPingMs = 2_000;
const acceptPauseMs = 50;

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
  readonly #server: ClientsOptions;
  readonly #context: ServerContext;
  readonly #connections = new Map<number, Connection>();
  readonly #running = new Set<Promise<void>>();
  #acceptor: Acceptor | null = null;
  #accepting: Promise<void> = Promise.resolve();
  #nextId = 1;
  #nowMs: number;
  #tick: Disposable | null = null;
  #isClosed = false;

  constructor(server: ClientsOptions) {
    this.#server = server;
    this.#nowMs = server.clock.monotonic();
    this.#context = this.#makeContext();
  }

  /** Open connections by id. */
  get all(): ReadonlyMap<number, Connection> {
    return this.#connections;
  }

  /** Coarse monotonic time in milliseconds. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Accepts clients until `drain` or `close`. */
  accept(acceptor: Acceptor): void {
    this.#acceptor = acceptor;
    this.#armTick();
    this.#accepting = this.#accept(acceptor);
  }

  /** Authenticates all clients again. */
  async recheck(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.recheck()));
  }

  /**
   * Accepts no more clients and sends INFO with `ldm`. Resolves when everything that clients have sent is processed
   * and their output is written, or when the signal aborts.
   */
  async drain(signal: AbortSignal): Promise<void> {
    this.#acceptor?.close();
    const connections = [...this.#connections.values()];
    for (const connection of connections) connection.announce({ ldm: true });
    this.#server.router.endChunk();
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await Promise.race([promise, drainAll(connections)]);
  }

  /** Closes all connections and resolves when they have ended. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#acceptor?.close();
    for (const connection of [...this.#connections.values()]) connection.close("server_shutdown");
    await this.#accepting;
    await Promise.all(this.#running);
    this.#tick?.[Symbol.dispose]();
    this.#tick = null;
  }

  #makeContext(): ServerContext {
    const server = this.#server;
    const nowMs = () => this.#nowMs;
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
      get nowMs() {
        return nowMs();
      },
      get authenticator() {
        return server.authenticator;
      },
      info: (clientId, transport, nonce, extra) =>
        infoLine(server.info(), {
          client_id: clientId,
          client_ip: transport.remote.hostname,
          ...(nonce === "" ? {} : { nonce }),
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
    const run = connection.run().finally(() => this.#running.delete(run));
    this.#running.add(run);
    if (isOver) connection.close("max_connections");
    else if (this.#isClosed) connection.close("server_shutdown");
  }

  #onClosed(client: number, name: string, reason: CloseReason): void {
    const { counters, log } = this.#server;
    this.#connections.delete(client);
    counters.closed[reason]++;
    const isSlow = reason === "slow_consumer_pending" || reason === "slow_consumer_deadline";
    if (isSlow) counters.slowConsumers++;
    const fields = { client, name, reason };
    if (isSlow) log.warn("Slow consumer disconnected", fields);
    else log.debug("Connection closed", fields);
  }

  #armTick(): void {
    const { clock, router } = this.#server;
    this.#tick = clock.timer(tickMs, () => {
      this.#nowMs = clock.monotonic();
      for (const connection of this.#connections.values()) connection.tick(this.#nowMs);
      router.endChunk();
      if (!this.#isClosed) this.#armTick();
    });
  }
}

async function drainAll(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.barrier()));
  await Promise.all(connections.map((connection) => connection.output.drained()));
}
