/**
 * The reports of nats-server's monitoring port with the same names: `varz`, `connz`, `subsz` and `healthz`. Only
 * members that exist here are included.
 *
 * @module
 */
import { fromByteString, type ServerInfo } from "../protocol/mod.ts";
import type { Connection } from "../connection/mod.ts";
import type { NatsLimits } from "../options.ts";
import type { Router } from "../routing/mod.ts";
import type { NatsServerStats } from "../stats.ts";
import { goDuration, uptimeText } from "./time_text.ts";

/** Sort orders of `connz`. */
export const connzSorts = [
  "cid",
  "start",
  "subs",
  "pending",
  "msgs_to",
  "msgs_from",
  "bytes_to",
  "bytes_from",
  "last",
  "idle",
  "uptime",
  "rtt",
] as const;

/** A sort order of `connz`. */
export type ConnzSort = typeof connzSorts[number];

/** Options of {@linkcode Monitor.connz}. */
export interface ConnzOptions {
  /** Whether to list subscriptions. Default false. */
  readonly subs?: boolean;
  /** Sort order. Default `cid`. `cid`, `start` and `rtt` ascend, the others descend. */
  readonly sort?: ConnzSort;
  /** Most connections or subscriptions to list. Default 1024. */
  readonly limit?: number;
  /** How many to skip. Default 0. */
  readonly offset?: number;
}

/** A JSON object. */
export type Report = Record<string, unknown>;

/** What the reports are read from. */
export interface Monitored {
  readonly info: () => ServerInfo;
  readonly stats: () => NatsServerStats;
  readonly limits: () => NatsLimits;
  readonly connections: ReadonlyMap<number, Connection>;
  readonly router: Router;
  readonly isServing: () => boolean;
  /** Wall clock and monotonic clock, in milliseconds. */
  readonly now: () => number;
  readonly nowMs: () => number;
}

const nanosecondsPerMs = 1e6;

/** Reports about one server. */
export class Monitor {
  readonly #server: Monitored;

  constructor(server: Monitored) {
    this.#server = server;
  }

  /** Configuration and counters of the server. */
  varz(): Report {
    const { now } = this.#server;
    const limits = this.#server.limits();
    const { max_payload: _, headers: _headers, ...info } = this.#server.info();
    const stats = this.#server.stats();
    return {
      ...info,
      max_connections: limits.maxConnections,
      ...(limits.maxSubscriptions > 0 ? { max_subscriptions: limits.maxSubscriptions } : {}),
      ping_interval: limits.pingIntervalMs * nanosecondsPerMs,
      ping_max: limits.maxPingsOut,
      auth_timeout: limits.authTimeoutMs / 1_000,
      tls_timeout: limits.tlsTimeoutMs / 1_000,
      max_control_line: limits.maxControlLineBytes,
      max_payload: limits.maxPayloadBytes,
      max_pending: limits.maxPendingBytes,
      write_deadline: limits.writeDeadlineMs * nanosecondsPerMs,
      start: new Date(stats.startedMs).toISOString(),
      now: new Date(now()).toISOString(),
      uptime: uptimeText(now() - stats.startedMs),
      mem: Deno.memoryUsage().rss,
      cores: navigator.hardwareConcurrency,
      connections: stats.connections,
      total_connections: stats.totalConnections,
      subscriptions: stats.subscriptions,
      in_msgs: stats.inMessages,
      out_msgs: stats.outMessages,
      in_bytes: stats.inBytes,
      out_bytes: stats.outBytes,
      slow_consumers: stats.slowConsumers,
      stale_connections: stats.closed.stale_connection,
    };
  }

  /** Open connections. */
  connz({ subs = false, sort = "cid", limit = 1_024, offset = 0 }: ConnzOptions = {}): Report {
    const all = [...this.#server.connections.values()].sort(order(sort));
    const page = all.slice(offset, offset + limit);
    return {
      server_id: this.#server.info().server_id,
      now: new Date(this.#server.now()).toISOString(),
      num_connections: page.length,
      total: all.length,
      offset,
      limit,
      connections: page.map((connection) => this.#connection(connection, subs)),
    };
  }

  /** Counters of the subscriptions; with `subs` also a list. */
  subsz({ subs = false, limit = 1_024, offset = 0 }: Omit<ConnzOptions, "sort"> = {}): Report {
    const { subscriptions, inserts, removes, matches } = this.#server.router.sublist.stats;
    const listed = subs
      ? [...this.#server.connections.values()].flatMap((connection) => subscriptionList(connection))
      : [];
    return {
      server_id: this.#server.info().server_id,
      now: new Date(this.#server.now()).toISOString(),
      num_subscriptions: subscriptions,
      num_inserts: inserts,
      num_removes: removes,
      num_matches: matches,
      ...(subs
        ? {
          total: listed.length,
          offset,
          limit,
          subscriptions_list: listed.slice(offset, offset + limit),
        }
        : {}),
    };
  }

  /** Status `ok`, or the reason why not. */
  healthz(): Report {
    return this.#server.isServing() ? { status: "ok" } : {
      status: "unavailable",
      status_code: 503,
      error: "the server does not accept connections",
    };
  }

  #connection(connection: Connection, subs: boolean): Report {
    const { remote } = connection.transport;
    const { options, principal, heartbeat } = connection;
    const now = this.#server.now();
    const idleMs = this.#server.nowMs() - connection.activity.lastMs;
    const { roundTripMs } = heartbeat;
    return {
      cid: connection.id,
      kind: "Client",
      type: "nats",
      ip: remote.hostname,
      port: remote.port,
      start: new Date(connection.startedMs).toISOString(),
      last_activity: new Date(now - idleMs).toISOString(),
      ...(roundTripMs < 0 ? {} : { rtt: goDuration(roundTripMs) }),
      uptime: uptimeText(now - connection.startedMs),
      idle: uptimeText(idleMs),
      pending_bytes: connection.output.pendingBytes,
      in_msgs: connection.inMessages,
      out_msgs: connection.outMessages,
      in_bytes: connection.inBytes,
      out_bytes: connection.outBytes,
      subscriptions: connection.subscriptions.size,
      ...(options.name === "" ? {} : { name: options.name }),
      ...(options.lang === "" ? {} : { lang: options.lang }),
      ...(options.version === "" ? {} : { version: options.version }),
      ...(principal === null || principal.name === "" ? {} : { authorized_user: principal.name }),
      ...(subs
        ? { subscriptions_list: subscriptionList(connection).map(({ subject }) => subject) }
        : {}),
    };
  }
}

function subscriptionList(connection: Connection) {
  return [...connection.subscriptions.values()].map((subscription) => ({
    subject: fromByteString(subscription.subject),
    ...(subscription.queue === null ? {} : { qgroup: fromByteString(subscription.queue) }),
    sid: fromByteString(subscription.sid),
    msgs: subscription.delivered,
    ...(subscription.max === 0 ? {} : { max: subscription.max }),
    cid: connection.id,
  }));
}

const keys: Readonly<Record<ConnzSort, (connection: Connection) => number>> = {
  cid: ({ id }) => id,
  start: ({ id }) => id,
  subs: ({ subscriptions }) => -subscriptions.size,
  pending: ({ output }) => -output.pendingBytes,
  msgs_to: ({ outMessages }) => -outMessages,
  msgs_from: ({ inMessages }) => -inMessages,
  bytes_to: ({ outBytes }) => -outBytes,
  bytes_from: ({ inBytes }) => -inBytes,
  last: ({ activity }) => -activity.lastMs,
  idle: ({ activity }) => activity.lastMs,
  uptime: ({ id }) => id,
  rtt: ({ heartbeat }) => heartbeat.roundTripMs,
};

function order(sort: ConnzSort): (a: Connection, b: Connection) => number {
  const key = keys[sort];
  return (a, b) => key(a) - key(b);
}
