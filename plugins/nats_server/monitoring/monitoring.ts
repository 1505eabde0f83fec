/**
 * What the reference shows on its monitoring port, under the same names: `varz`, `connz`, `subsz` and
 * `healthz`. Only what exists here is shown.
 *
 * @module
 */
import { fromByteString } from "../protocol/ascii.ts";
import type { Connection } from "../connection/connection.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { NatsLimits } from "../options.ts";
import type { Router } from "../routing/router.ts";
import type { NatsServerStats } from "../stats.ts";
import { goDuration, uptimeText } from "./time_text.ts";

/** The orders `connz` knows. */
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

/** One of them. */
export type ConnzSort = typeof connzSorts[number];

/** Options of {@linkcode Monitor.connz}. */
export interface ConnzOptions {
  /** Whether subscriptions are listed. Default false. */
  readonly subs?: boolean;
  /** Default `cid`, ascending; everything else descends, but `start` and `rtt`. */
  readonly sort?: ConnzSort;
  /** Default 1024. */
  readonly limit?: number;
  /** Default 0. */
  readonly offset?: number;
}

/** A JSON object. */
export type Report = Record<string, unknown>;

/** What the monitor looks at. */
export interface Monitored {
  readonly info: () => ServerInfo;
  readonly stats: () => NatsServerStats;
  readonly limits: NatsLimits;
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

  /** Made by the server. */
  constructor(server: Monitored) {
    this.#server = server;
  }

  /** The server as a whole. */
  varz(): Report {
    const { limits, now } = this.#server;
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

  /** The connections. */
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

  /** The subscriptions; listed when asked for, at most `limit` of them. */
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

  /** `ok`, or why not. */
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
    const idleMs = this.#server.nowMs() - connection.lastActivityMs;
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
  last: ({ lastActivityMs }) => -lastActivityMs,
  idle: ({ lastActivityMs }) => lastActivityMs,
  uptime: ({ id }) => id,
  rtt: ({ heartbeat }) => heartbeat.roundTripMs,
};

function order(sort: ConnzSort): (a: Connection, b: Connection) => number {
  const key = keys[sort];
  return (a, b) => key(a) - key(b);
}
