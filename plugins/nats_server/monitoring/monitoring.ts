/**
 * The reports of nats-server's monitoring port with the same names: `varz`, `connz`, `subsz` and `healthz`. Only
 * members that exist here are included.
 *
 * @module
 */
import { builtin } from "../../../core/mod.ts";
import type { Connection } from "../connection/mod.ts";
import type { NatsLimits } from "../options.ts";
import type { ServerInfo } from "../protocol/mod.ts";
import type { Router } from "../routing/mod.ts";
import type { NatsServerStats } from "../stats.ts";
import { subjectsOverlap } from "../subjects/mod.ts";
import type { ClosedConnections } from "./closed_connections.ts";
import {
  recordOf,
  renderRecord,
  type Report,
  type SubscriptionDetail,
  subscriptionDetails,
} from "./connection_record.ts";
import { type ConnzOptions, sortRecords } from "./connz.ts";
import { uptimeText } from "./time_text.ts";

const defaultLimit = 1_024;

/** Options of {@linkcode Monitor.subsz}. */
export interface SubszOptions {
  /** Whether to list subscriptions. Default false. */
  readonly subs?: boolean;
  /** Most subscriptions to list; 1024 when it is not above 0. Default 1024. */
  readonly limit?: number;
  /** How many to skip; negative counts as 0. Default 0. */
  readonly offset?: number;
  /** Lists only subscriptions that a message on this literal subject would reach. Default: all. */
  readonly test?: string;
}

/** What the reports are read from. */
export interface Monitored {
  readonly info: () => ServerInfo;
  readonly stats: () => NatsServerStats;
  readonly limits: () => NatsLimits;
  readonly connections: ReadonlyMap<number, Connection>;
  readonly closedConnections: ClosedConnections;
  /** When the configuration was loaded or reloaded: wall clock, in milliseconds. */
  readonly configLoadedMs: () => number;
  readonly router: Router;
  readonly isServing: () => boolean;
  /** Wall clock, in milliseconds. */
  readonly now: () => number;
  /** Monotonic clock, in milliseconds. */
  readonly nowMs: () => number;
}

const nanosecondsPerMs = 1e6;

/** Reports about one server. */
export class Monitor {
  readonly #server: Monitored;
  readonly #requests = new Map<string, number>();
  #cpuAt = { usedUs: 0, atMs: 0 };

  /** Creates the monitoring of a server. */
  constructor(server: Monitored) {
    this.#server = server;
  }

  /** Counts a request to a path of the monitoring routes, for `http_req_stats`. */
  countRequest(path: string): void {
    this.#requests.set(path, (this.#requests.get(path) ?? 0) + 1);
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
      gomaxprocs: navigator.hardwareConcurrency,
      cpu: this.#cpuPercent(),
      config_load_time: new Date(this.#server.configLoadedMs()).toISOString(),
      routes: 0,
      remotes: 0,
      leafnodes: 0,
      connections: stats.connections,
      total_connections: stats.totalConnections,
      subscriptions: stats.subscriptions,
      in_msgs: stats.inMessages,
      out_msgs: stats.outMessages,
      in_bytes: stats.inBytes,
      out_bytes: stats.outBytes,
      in_client_msgs: stats.inMessages - stats.publishedMessages,
      in_client_bytes: stats.inBytes - stats.publishedBytes,
      out_client_msgs: stats.outMessages,
      out_client_bytes: stats.outBytes,
      slow_consumers: stats.slowConsumers,
      stale_connections: stats.closed.stale_connection,
      stalled_clients: stats.stalls,
      slow_consumer_stats: { clients: stats.slowConsumers, routes: 0, gateways: 0, leafs: 0 },
      http_req_stats: Object.fromEntries(this.#requests),
    };
  }

  /** Connections: those that are open, those closed recently, or both. */
  connz(options: ConnzOptions = {}): Report {
    const { sort = "cid", auth = false, cid } = options;
    const nowMs = this.#server.now();
    const selected = this.#select(options, nowMs);
    const limit = cid === undefined ? limitOf(options.limit) : 1;
    const offset = Math.max(0, options.offset ?? 0);
    const page = sortRecords(selected.records, sort, nowMs).slice(offset, offset + limit);
    return {
      server_id: this.#server.info().server_id,
      now: new Date(nowMs).toISOString(),
      num_connections: page.length,
      total: selected.total,
      offset,
      limit,
      connections: page.map((record) => ({
        ...renderRecord(record, nowMs, auth),
        ...this.#subscriptionsOf(record.cid, options.subs ?? false),
      })),
    };
  }

  /** Counters of the subscriptions; with `subs` also a list. */
  subsz(options: SubszOptions = {}): Report {
    const { subs = false, test } = options;
    const limit = limitOf(options.limit);
    const offset = Math.max(0, options.offset ?? 0);
    const { router, connections, info, now, stats } = this.#server;
    const { subscriptions, inserts, removes, matches } = router.sublist.stats;
    const listed = subs
      ? [...connections.values()].flatMap(subscriptionDetails).filter(({ subject }) =>
        test === undefined || subjectsOverlap(test, subject)
      )
      : [];
    const { entries, maxFanout, averageFanout } = router.cacheStats();
    const lookups = stats().inMessages;
    return {
      server_id: info().server_id,
      now: new Date(now()).toISOString(),
      num_subscriptions: subscriptions,
      num_cache: entries,
      num_inserts: inserts,
      num_removes: removes,
      num_matches: matches,
      cache_hit_rate: lookups === 0 ? 0 : Math.max(0, 1 - matches / lookups),
      max_fanout: maxFanout,
      avg_fanout: averageFanout,
      total: listed.length,
      offset,
      limit,
      ...(listed.length === 0 ? {} : { subscriptions_list: listed.slice(offset, offset + limit) }),
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

  #select({ state = "open", cid, user, filterSubject }: ConnzOptions, nowMs: number) {
    const { connections, closedConnections, nowMs: monotonicMs } = this.#server;
    const open = state === "closed" ? [] : [...connections.values()]
      .filter((connection) =>
        filterSubject === undefined ||
        subscriptionDetails(connection).some(({ subject }) =>
          subjectsOverlap(filterSubject, subject)
        )
      )
      .map((connection) => recordOf(connection, nowMs, monotonicMs()));
    const closed = state === "open" || filterSubject !== undefined ? [] : closedConnections.all;
    const all = [...open, ...closed];
    return {
      total: all.length,
      records: all.filter((record) =>
        (cid === undefined || record.cid === cid) && (user === undefined || record.user === user)
      ),
    };
  }

  #subscriptionsOf(cid: number, subs: boolean | "detail"): Report {
    const connection = this.#server.connections.get(cid);
    if (subs === false || connection === undefined || connection.subscriptions.size === 0) {
      return {};
    }
    const details: readonly SubscriptionDetail[] = subscriptionDetails(connection);
    return subs === "detail"
      ? { subscriptions_list_detail: details }
      : { subscriptions_list: details.map(({ subject }) => subject) };
  }

  /** Percentage of one core that the process has used since the previous call. */
  #cpuPercent(): number {
    const { user, system } = builtin("node:process").cpuUsage();
    const previous = this.#cpuAt;
    this.#cpuAt = { usedUs: user + system, atMs: performance.now() };
    const elapsedUs = (this.#cpuAt.atMs - previous.atMs) * 1_000;
    return Math.round((this.#cpuAt.usedUs - previous.usedUs) / elapsedUs * 1_000) / 10;
  }
}

function limitOf(limit = 0): number {
  return limit > 0 ? limit : defaultLimit;
}
