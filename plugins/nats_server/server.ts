/**
 * The server: its public API, and what ties its parts together.
 *
 * @module
 */
import { Clients, type ClientsOptions } from "./clients.ts";
import { Monitor } from "./monitoring/mod.ts";
import {
  checkedLimits,
  checkExposure,
  type NatsLimits,
  type NatsServerOptions,
  type ResolvedOptions,
  resolveOptions,
} from "./options.ts";
import type { ServerInfo } from "./protocol/mod.ts";
import {
  checkedSubject,
  type InProcessHandler,
  type InProcessSubscription,
  LocalRequests,
  LocalSubscription,
  Router,
  type SubjectFamily,
  SubjectMetrics,
  Subscription,
} from "./routing/mod.ts";
import { type Authenticator, randomId } from "./security/mod.ts";
import { type Counters, type NatsServerStats, zeroCounters } from "./stats.ts";
import { isLiteralSubject, isValidSubject } from "./subjects/mod.ts";
import {
  type Acceptor,
  loadTls,
  type NatsTlsOptions,
  openAcceptor,
  type TlsContext,
} from "./transport/mod.ts";

/** Version of nats-server with the same behaviour; clients choose features by it. */
export const compatibleVersion = "2.12.15";

const reopenAttempts = 50;
const reopenPauseMs = 20;

/** Outcome of {@linkcode NatsServer.deliver}. */
export interface DeliveryCount {
  /** Receivers of the message: clients and handlers of this process. */
  readonly receivers: number;
  /** Receivers that have processed it. */
  readonly confirmed: number;
}

/** Options of {@linkcode NatsServer.reload}. */
export interface ReloadOptions {
  /** Decides which clients may connect. */
  readonly authenticator?: Authenticator;
  /** Certificates; `null` turns TLS off. */
  readonly tls?: NatsTlsOptions | null;
  /** Limits to change. */
  readonly limits?: Partial<NatsLimits>;
}

/**
 * An embedded NATS server: core NATS for clients of any language, and an in-process API without sockets or copies.
 *
 * By default it binds loopback without authentication. Two servers share no state.
 *
 * @example
 * ```ts
 * import { NatsServer } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using server = new NatsServer({ port: 0 });
 * await server.listen();
 * let bytes = 0;
 * using _ = server.subscribe("orders.*", {
 *   onMessage: (message) => void (bytes += message.end - message.start),
 * });
 * server.publish("orders.new", new TextEncoder().encode("hello"));
 * assert.equal(bytes, 5);
 * ```
 */
export class NatsServer implements AsyncDisposable {
  /** Reports of nats-server's monitoring port. */
  readonly monitor: Monitor;
  #options: ResolvedOptions;
  readonly #counters: Counters = zeroCounters();
  readonly #router: Router;
  readonly #requests: LocalRequests;
  readonly #clients: Clients;
  readonly #id: string;
  /** Set by `listen` when TLS is configured. */
  #tls: TlsContext | null = null;
  #state: "new" | "open" | "draining" | "closed" = "new";
  #port: number;
  #configLoadedMs: number;

  /**
   * Makes a server that does not listen yet. In-process messages are already delivered.
   *
   * @throws {RangeError} When a limit or the port is out of range.
   * @throws {TypeError} When the address is not loopback and everyone could connect.
   */
  constructor(options: NatsServerOptions = {}) {
    const resolved = resolveOptions(options);
    this.#options = resolved;
    this.#port = resolved.port;
    this.#configLoadedMs = resolved.clock.now();
    this.#id = randomId(resolved.random);
    const subjectMetrics = new SubjectMetrics(resolved.limits.maxFamilies);
    for (const family of resolved.families) subjectMetrics.reserve(family);
    this.#router = new Router({
      counters: this.#counters,
      subjectMetrics,
      now: () => resolved.clock.monotonic(),
      random: resolved.random,
      onHandlerError: (subject, error) =>
        resolved.log.error(`Handler of subject "${subject}" threw`, { error }),
    });
    this.#requests = new LocalRequests(this.#router, resolved.clock, randomId(resolved.random));
    this.#clients = new Clients(this.#clientsOptions());
    this.monitor = new Monitor({
      info: () => this.#info(),
      stats: () => this.stats,
      limits: () => this.limits,
      connections: this.#clients.all,
      closedConnections: this.#clients.closed,
      configLoadedMs: () => this.#configLoadedMs,
      router: this.#router,
      isServing: () => this.#state === "open",
      now: () => resolved.clock.now(),
      nowMs: () => resolved.clock.monotonic(),
    });
  }

  /** The bound port; before `listen` the configured one. */
  get port(): number {
    return this.#port;
  }

  /** Current counters. */
  get stats(): NatsServerStats {
    const families = [...this.#router.subjectMetrics.all()];
    return {
      ...this.#counters,
      connections: this.#clients.all.size,
      pendingBytes: this.#clients.pendingBytes,
      inMessages: families.reduce((sum, { messages }) => sum + messages, 0),
      inBytes: families.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Current limits. */
  get limits(): NatsLimits {
    return this.#options.limits;
  }

  /** Counters per subject family: at most `limits.maxFamilies` plus `other`. */
  families(): Iterable<Readonly<SubjectFamily>> {
    return this.#router.subjectMetrics.all();
  }

  /**
   * Binds the port and accepts clients.
   *
   * @throws {AgentError} `address_in_use` when another process uses the port.
   * @throws {Error} When the certificates are unusable.
   */
  async listen(): Promise<void> {
    if (this.#state !== "new") throw new TypeError(`Cannot listen: the server is ${this.#state}`);
    const { host, port, log, tls } = this.#options;
    this.#tls = tls === undefined ? null : await loadTls(tls);
    const acceptor = await openAcceptor(host, port, this.#tls);
    this.#state = "open";
    this.#port = acceptor.port;
    this.#counters.startedMs = this.#options.clock.now();
    this.#clients.accept(acceptor);
    log.info("NATS server listens", { host, port: this.#port });
  }

  /**
   * Subscribes in process. Wildcards and queue groups work as for any client.
   *
   * @throws {TypeError} When subject or queue is invalid.
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
   * Publishes in process. When the call returns, handlers of this process have handled the message and it was
   * copied for clients, so the caller may reuse the bytes. There is no back-pressure: a client that reads too
   * slowly is disconnected at `limits.maxPendingBytes`.
   *
   * @throws {TypeError} When subject or reply is invalid.
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
   * Publishes in process, and waits until every receiver has processed the message: a handler of this process when the
   * call returns, a client when it answers a PING that follows the message. A client that disconnects before has not.
   *
   * @throws {TypeError} When the subject is invalid.
   * @throws {RangeError} When the payload exceeds `limits.maxPayloadBytes`.
   */
  async deliver(subject: string, payload: Uint8Array): Promise<DeliveryCount> {
    const handledBefore = this.#counters.localMessages;
    const asked = this.#clients.confirmed(() => this.publish(subject, payload));
    const handled = this.#counters.localMessages - handledBefore;
    const answers = await Promise.all(asked);
    return {
      receivers: handled + asked.length,
      confirmed: handled + answers.filter((isAnswered) => isAnswered).length,
    };
  }

  /**
   * Publishes a request and waits for the first reply. Returns a copy of its payload.
   *
   * @throws {AgentError} `nats_no_responders` when the subject has no subscriber, `deadline_exceeded` when no reply
   * arrived in time, `closed` when the server closes meanwhile.
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

  /** Whether the subject has subscribers now. */
  hasSubscribers(subject: string): boolean {
    return this.#router.hasSubscribers(subject);
  }

  /**
   * Changes options without a restart. Absent options stay unchanged. INFO is sent to the connected clients if its
   * content has changed.
   *
   * - `authenticator`: clients whose credentials are no longer valid are disconnected, the others get their new
   *   permissions.
   * - `tls`: applies to new connections; `null` turns TLS off. Turning it on or off opens the port again, so that
   *   connecting fails for a moment.
   * - `limits`: apply at once, except `maxFamilies`. The newest connections beyond `maxConnections` are closed.
   *
   * @throws {RangeError} When a limit is out of range.
   * @throws {TypeError} When the certificates are unusable, or the address is not loopback and everyone could connect.
   * @throws {AgentError} `address_in_use` when another process has taken the port meanwhile.
   * In all these cases nothing has changed.
   */
  async reload({ authenticator, tls, limits }: ReloadOptions): Promise<void> {
    const next: ResolvedOptions = {
      ...this.#options,
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(tls === undefined ? {} : { tls: tls ?? undefined }),
      limits: checkedLimits({ ...this.#options.limits, ...limits }),
    };
    checkExposure(next);
    const before = JSON.stringify(this.#info());
    if (tls !== undefined && this.#state === "open") await this.#reloadTls(tls);
    const { authenticator: previous } = this.#options;
    this.#options = next;
    if (previous !== next.authenticator) previous.close?.();
    this.#configLoadedMs = next.clock.now();
    const isInfoChanged = JSON.stringify(this.#info()) !== before;
    await this.#clients.reload({ isInfoChanged, isReauthenticated: authenticator !== undefined });
  }

  /**
   * Lame duck mode: accepts no new clients and sends INFO with `ldm` to the connected ones. Clients that understand it
   * have `limits.lameDuckGraceMs` to finish and disconnect. What clients have sent is processed and their output is
   * written before they are closed. Ends early when the signal aborts.
   */
  async drain(signal: AbortSignal): Promise<void> {
    if (this.#state !== "open") return await this.close();
    this.#state = "draining";
    await this.#clients.drain(signal);
    await this.close();
  }

  /** Closes every connection after writing its pending output, for at most `limits.closeFlushMs`. Idempotent. */
  async close(): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "closed";
      this.#requests.close();
    }
    this.#options.authenticator.close?.();
    await this.#clients.close();
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #reloadTls(options: NatsTlsOptions | null): Promise<void> {
    if (options !== null && this.#tls !== null) return this.#tls.replace(options);
    if (options === null && this.#tls === null) return;
    const previous = this.#tls;
    const tls = options === null ? null : await loadTls(options);
    this.#clients.stopAccepting();
    try {
      this.#clients.accept(await this.#reopen(tls));
      this.#tls = tls;
    } catch (error) {
      this.#clients.accept(await this.#reopen(previous));
      throw error;
    }
  }

  /** Opens the port again. Retries, because the runtime may close the previous listener with a delay. */
  async #reopen(tls: TlsContext | null): Promise<Acceptor> {
    const { host, clock } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        return await openAcceptor(host, this.#port, tls);
      } catch (error) {
        if (attempt === reopenAttempts) throw error;
        await clock.sleep(reopenPauseMs);
      }
    }
  }

  #clientsOptions(): ClientsOptions {
    const authenticator = () => this.#options.authenticator;
    const limits = () => this.#options.limits;
    const tls = () => this.#tls;
    const { clock, log, random } = this.#options;
    return {
      router: this.#router,
      counters: this.#counters,
      get limits() {
        return limits();
      },
      clock,
      log,
      random,
      get tls() {
        return tls();
      },
      get authenticator() {
        return authenticator();
      },
      info: () => this.#info(),
    };
  }

  #info(): ServerInfo {
    const { name = this.#id, host, limits, clientAdvertise } = this.#options;
    return {
      server_id: this.#id,
      server_name: name,
      version: compatibleVersion,
      proto: 1,
      go: "n/a",
      host: clientAdvertise?.host ?? host,
      port: clientAdvertise?.port ?? this.#port,
      headers: true,
      ...(this.#options.authenticator.required ? { auth_required: true } : {}),
      ...this.#tls?.infoMembers(),
      max_payload: limits.maxPayloadBytes,
    };
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
