/**
 * The server: listens, keeps the connections, watches the clock.
 *
 * One timer serves all time limits: four times a second every connection is asked to look at its own.
 *
 * @module
 */
import type { Authenticator } from "./security/authenticator.ts";
import { Connection } from "./connection/connection.ts";
import { Families, type SubjectFamily } from "./monitoring/families.ts";
import {
  type InProcessHandler,
  type InProcessSubscription,
  LocalSubscription,
} from "./routing/in_process.ts";
import { randomId, randomNonce } from "./security/ids.ts";
import { infoLine, type ServerInfo } from "./protocol/info.ts";
import { Monitor } from "./monitoring/monitoring.ts";
import { openAcceptor } from "./transport/open_acceptor.ts";
import {
  type NatsLimits,
  type NatsServerOptions,
  type ResolvedOptions,
  resolveOptions,
} from "./options.ts";
import { LocalRequests } from "./routing/requests.ts";
import { Router } from "./routing/router.ts";
import type { ServerContext } from "./connection/server_context.ts";
import { type CloseReason, type Counters, type NatsServerStats, zeroCounters } from "./stats.ts";
import { isLiteralSubject, isValidSubject } from "./subjects/subject.ts";
import { checkedSubject } from "./routing/subject_cache.ts";
import { Subscription } from "./routing/subscription.ts";
import type { NatsTlsOptions, TlsContext } from "./transport/tls.ts";
import type { Acceptor, Transport } from "./transport/transport.ts";

/** The version of nats-server whose behaviour this server has; clients decide by it what they may use. */
export const compatibleVersion = "2.12.15";

const tickMs = 250;
const firstPingMs = 2_000;
const acceptPauseMs = 50;

/**
 * An embedded NATS server: core NATS for clients of any language, and a door for this process.
 *
 * Loopback and without authentication by default. Nothing is shared between two servers.
 *
 * @example
 * ```ts
 * import { NatsServer } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using server = new NatsServer({ port: 0 });
 * await server.listen();
 * let bytes = 0;
 * using _ = server.subscribe("LOG", {
 *   onMessage: (message) => void (bytes += message.end - message.start),
 * });
 * server.publish("LOG", new TextEncoder().encode("hello"));
 * assert.equal(bytes, 5);
 * ```
 */
export class NatsServer implements AsyncDisposable {
  /** Reports as on the reference's monitoring port. */
  readonly monitor: Monitor;
  readonly #options: ResolvedOptions;
  readonly #counters: Counters = zeroCounters();
  readonly #router: Router;
  readonly #requests: LocalRequests;
  readonly #connections = new Map<number, Connection>();
  readonly #running = new Set<Promise<void>>();
  readonly #context: ServerContext;
  readonly #id: string;
  /** From `listen` on, where there is TLS. */
  #tls: TlsContext | null = null;
  #authenticator: Authenticator;
  #acceptor: Acceptor | null = null;
  #accepting: Promise<void> = Promise.resolve();
  #nextClientId = 1;
  #nowMs: number;
  #tick: Disposable | null = null;
  #state: "new" | "open" | "draining" | "closed" = "new";
  #port: number;

  /**
   * Makes a server that does not listen yet; what is published in process is delivered already.
   *
   * @throws {RangeError} When a limit or the port is out of range.
   * @throws {TypeError} When an address other than loopback would be open to everyone.
   */
  constructor(options: NatsServerOptions = {}) {
    const resolved = resolveOptions(options);
    this.#options = resolved;
    this.#port = resolved.port;
    this.#authenticator = resolved.authenticator;
    this.#nowMs = resolved.clock.monotonic();
    this.#id = randomId(resolved.random);
    const families = new Families(resolved.limits.maxFamilies);
    for (const family of resolved.families) families.reserve(family);
    this.#router = new Router({
      counters: this.#counters,
      families,
      random: resolved.random,
      onHandlerError: (subject, error) =>
        resolved.log.error(`handler of subject "${subject}" threw`, { error }),
    });
    this.#requests = new LocalRequests(this.#router, resolved.clock, randomId(resolved.random));
    this.#context = this.#makeContext();
    this.monitor = new Monitor({
      info: () => this.#info(),
      stats: () => this.stats,
      limits: resolved.limits,
      connections: this.#connections,
      router: this.#router,
      isServing: () => this.#state === "open",
      now: () => resolved.clock.now(),
      nowMs: () => this.#nowMs,
    });
  }

  /** The port in use; the one asked for before `listen`. */
  get port(): number {
    return this.#port;
  }

  /** Counters since the start, as they stand now. */
  get stats(): NatsServerStats {
    const families = [...this.#router.families.all()];
    return {
      ...this.#counters,
      connections: this.#connections.size,
      inMessages: families.reduce((sum, { messages }) => sum + messages, 0),
      inBytes: families.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Bounds in force. */
  get limits(): NatsLimits {
    return this.#options.limits;
  }

  /** Counters per subject family; at most `limits.maxFamilies` and `other`. */
  families(): Iterable<Readonly<SubjectFamily>> {
    return this.#router.families.all();
  }

  /**
   * Binds the port and serves.
   *
   * @throws {AgentError} `address_in_use` when the port is taken.
   * @throws {Error} When the certificates are not usable.
   */
  async listen(): Promise<void> {
    if (this.#state !== "new") throw new TypeError(`Cannot listen: the server is ${this.#state}`);
    const { host, port, log, tls } = this.#options;
    const opened = await openAcceptor(host, port, tls);
    this.#acceptor = opened.acceptor;
    this.#tls = opened.tls;
    this.#state = "open";
    this.#port = opened.acceptor.port;
    this.#counters.startedMs = this.#options.clock.now();
    this.#armTick();
    this.#accepting = this.#accept(opened.acceptor);
    log.info("NATS server listens", { host, port: this.#port });
  }

  /**
   * Subscribes in process. Wildcards and queue groups work as for any client.
   *
   * @throws {TypeError} When subject or queue is not valid.
   */
  subscribe(
    subject: string,
    handler: InProcessHandler,
    { queue }: { queue?: string } = {},
  ): InProcessSubscription {
    const group = queue === undefined ? null : checkedSubject(queue, isValidSubject);
    const checked = checkedSubject(subject, isValidSubject);
    const subscription = new Subscription(checked, group, "", null, handler);
    this.#router.add(subscription);
    return new LocalSubscription(this.#router, subscription);
  }

  /**
   * Publishes in process. Handlers of this process have seen the message when the call returns; for clients
   * it has been copied. The bytes are the caller's again then. Nothing slows the caller down: a client
   * that does not keep up is cut off at `limits.maxPendingBytes`.
   *
   * @throws {TypeError} When subject or reply is not valid.
   * @throws {RangeError} When payload and headers exceed `limits.maxPayloadBytes`.
   */
  publish(
    subject: string,
    payload: Uint8Array,
    { reply = "", headers }: { reply?: string; headers?: Uint8Array } = {},
  ): void {
    this.#checkPublishable(subject);
    const checkedReply = reply === "" ? "" : checkedSubject(reply, isPublishable);
    this.#checkSize(payload.length + (headers?.length ?? 0));
    this.#router.publishLocal(subject, payload, checkedReply, headers ?? null);
  }

  /**
   * Publishes a request and waits for the first answer; its payload is a copy.
   *
   * @throws {AgentError} `nats_no_responders` when nobody is subscribed, `deadline_exceeded` when no answer
   * came in time, `closed` when the server closes meanwhile.
   */
  request(
    subject: string,
    payload: Uint8Array,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Uint8Array> {
    this.#checkPublishable(subject);
    this.#checkSize(payload.length);
    return this.#requests.send(subject, payload, options);
  }

  /** Whether a message on this subject would reach anyone now. */
  hasSubscribers(subject: string): boolean {
    return this.#router.hasSubscribers(subject);
  }

  /**
   * Takes other users and certificates without a restart. Clients whose credentials no longer hold are cut
   * off, the others get their new permissions; certificates count for connections to come. What is absent
   * stays as it is.
   *
   * @throws {TypeError} When TLS is given and the server was made without, or does not listen yet.
   * @throws {Error} When the certificates are not usable; nothing has changed then.
   */
  async reload(
    { authenticator, tls }: { authenticator?: Authenticator; tls?: NatsTlsOptions },
  ): Promise<void> {
    if (tls !== undefined) {
      if (this.#tls === null) throw new TypeError("Cannot reload TLS: none is in use");
      this.#tls.replace(tls);
    }
    if (authenticator === undefined) return;
    this.#authenticator = authenticator;
    await Promise.all([...this.#connections.values()].map((connection) => connection.recheck()));
  }

  /**
   * Lame duck: accepts no more, tells clients so (INFO `ldm`), waits until everything that they had sent is
   * processed and everything pending for them has left, then closes. Ends early when the signal aborts.
   */
  async drain(signal: AbortSignal): Promise<void> {
    if (this.#state !== "open") return await this.close();
    this.#state = "draining";
    this.#acceptor!.close();
    const connections = [...this.#connections.values()];
    for (const connection of connections) connection.announce({ ldm: true });
    this.#router.endChunk();
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await Promise.race([promise, drainAll(connections)]);
    await this.close();
  }

  /** Ends every connection, after a moment for what is pending. Idempotent. */
  async close(): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "closed";
      this.#acceptor?.close();
      this.#requests.close();
      for (const connection of [...this.#connections.values()]) connection.close("server_shutdown");
    }
    await this.#accepting;
    await Promise.all(this.#running);
    this.#tick?.[Symbol.dispose]();
    this.#tick = null;
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #makeContext(): ServerContext {
    const nowMs = () => this.#nowMs;
    const authenticator = () => this.#authenticator;
    const tls = () => this.#tls;
    const { clock, log, limits, random } = this.#options;
    return {
      router: this.#router,
      counters: this.#counters,
      limits,
      clock,
      log,
      get tls() {
        return tls();
      },
      get nowMs() {
        return nowMs();
      },
      get authenticator() {
        return authenticator();
      },
      info: (clientId, transport, nonce, extra) =>
        infoLine(this.#info(), {
          client_id: clientId,
          client_ip: transport.remote.hostname,
          ...(nonce === "" ? {} : { nonce }),
          ...(extra ?? {}),
          ...(extra !== undefined && "connect_info" in extra ? { remote_account: "$G" } : {}),
        }),
      firstPingMs: () => {
        const base = Math.min(firstPingMs, limits.pingIntervalMs);
        return base + random() * base / 5;
      },
      onClosed: (connection, reason) => this.#onClosed(connection, reason),
    };
  }

  #info(): ServerInfo {
    const { name, host, limits } = this.#options;
    return {
      server_id: this.#id,
      server_name: name,
      version: compatibleVersion,
      proto: 1,
      go: "n/a",
      host,
      port: this.#port,
      headers: true,
      ...(this.#authenticator.required ? { auth_required: true } : {}),
      ...(this.#tls === null ? {} : { tls_required: true }),
      ...(this.#tls?.verifiesClients ? { tls_verify: true } : {}),
      max_payload: limits.maxPayloadBytes,
    };
  }

  async #accept(acceptor: Acceptor): Promise<void> {
    while (true) {
      try {
        const transport = await acceptor.accept();
        if (transport === null) return;
        this.#welcome(transport);
      } catch (error) {
        this.#counters.acceptErrors++;
        this.#options.log.warn("cannot accept a connection", { error });
        await this.#options.clock.sleep(acceptPauseMs);
      }
    }
  }

  #welcome(transport: Transport): void {
    this.#counters.totalConnections++;
    const nonce = this.#authenticator.needsNonce ? randomNonce() : "";
    const connection = new Connection(this.#nextClientId++, transport, nonce, this.#context);
    const isOver = this.#connections.size >= this.#options.limits.maxConnections;
    this.#connections.set(connection.id, connection);
    const run = connection.run().finally(() => this.#running.delete(run));
    this.#running.add(run);
    if (isOver) connection.close("max_connections");
    else if (this.#state !== "open") connection.close("server_shutdown");
  }

  #onClosed(connection: Connection, reason: CloseReason): void {
    this.#connections.delete(connection.id);
    this.#counters.closed[reason]++;
    const isSlow = reason === "slow_consumer_pending" || reason === "slow_consumer_deadline";
    if (isSlow) this.#counters.slowConsumers++;
    const fields = { client: connection.id, name: connection.options.name, reason };
    if (isSlow) this.#options.log.warn("slow consumer cut off", fields);
    else this.#options.log.debug("connection closed", fields);
  }

  #armTick(): void {
    this.#tick = this.#options.clock.timer(tickMs, () => {
      this.#nowMs = this.#options.clock.monotonic();
      for (const connection of this.#connections.values()) connection.tick(this.#nowMs);
      this.#router.endChunk();
      if (this.#state !== "closed") this.#armTick();
    });
  }

  #checkPublishable(subject: string): void {
    if (!this.#router.isPublishable(subject)) checkedSubject(subject, isPublishable);
  }

  #checkSize(bytes: number): void {
    const { maxPayloadBytes } = this.#options.limits;
    if (bytes > maxPayloadBytes) {
      throw new RangeError(`Cannot publish ${bytes} bytes: the limit is ${maxPayloadBytes}`);
    }
  }
}

function isPublishable(subject: string): boolean {
  return isValidSubject(subject) && isLiteralSubject(subject);
}

async function drainAll(connections: Connection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.barrier()));
  await Promise.all(connections.map((connection) => connection.output.drained()));
}
