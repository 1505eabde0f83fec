/**
 * Counters of the server: plain numbers, incremented where the event happens and read by metrics and monitoring.
 *
 * @module
 */

/** Why a connection was closed. */
export type CloseReason =
  | "client_closed"
  | "authentication_failed"
  | "authentication_timeout"
  | "authentication_busy"
  | "slow_consumer_pending"
  | "slow_consumer_deadline"
  | "slow_consumer_total"
  | "write_error"
  | "read_error"
  | "parse_error"
  | "stale_connection"
  | "protocol_violation"
  | "bad_protocol_version"
  | "max_connections"
  | "max_control_line"
  | "max_payload"
  | "no_responders_without_headers"
  | "tls_handshake"
  | "server_shutdown";

/** All close reasons. */
export const closeReasons: readonly CloseReason[] = [
  "client_closed",
  "authentication_failed",
  "authentication_timeout",
  "authentication_busy",
  "slow_consumer_pending",
  "slow_consumer_deadline",
  "slow_consumer_total",
  "write_error",
  "read_error",
  "parse_error",
  "stale_connection",
  "protocol_violation",
  "bad_protocol_version",
  "max_connections",
  "max_control_line",
  "max_payload",
  "no_responders_without_headers",
  "tls_handshake",
  "server_shutdown",
];

/** Violations that the server answers with `-ERR` without closing the connection. */
export type ViolationKind =
  | "publish_permission"
  | "subscribe_permission"
  | "invalid_subject"
  | "max_subscriptions"
  | "max_sub_tokens";

/** All kinds of violations. */
export const violationKinds: readonly ViolationKind[] = [
  "publish_permission",
  "subscribe_permission",
  "invalid_subject",
  "max_subscriptions",
  "max_sub_tokens",
];

/** Counters of one server. Times are milliseconds since 1970. */
export interface NatsServerStats {
  /** When `listen` succeeded; 0 before. */
  readonly startedMs: number;
  /** Open connections. */
  readonly connections: number;
  /** Bytes pending for all clients together. */
  readonly pendingBytes: number;
  /** Clients whose credentials are being checked in the background (bcrypt, signatures). */
  readonly pendingAuthentications: number;
  /** Connections accepted. */
  readonly totalConnections: number;
  /** Messages published by clients and by this process. */
  readonly inMessages: number;
  /** Payload bytes of those, headers included. */
  readonly inBytes: number;
  /** Messages published by this process. */
  readonly publishedMessages: number;
  /** Payload bytes of those, headers included. */
  readonly publishedBytes: number;
  /** Messages delivered to clients. */
  readonly outMessages: number;
  /** Payload bytes of those, headers included. */
  readonly outBytes: number;
  /** Messages delivered to subscribers of this process. */
  readonly localMessages: number;
  /** Current subscriptions, including those of this process. */
  readonly subscriptions: number;
  /** Clients disconnected because they read too slowly. */
  readonly slowConsumers: number;
  /** Pending bytes discarded when their client was closed. */
  readonly discardedBytes: number;
  /** Times a publisher waited for a slow client. */
  readonly stalls: number;
  /** Times a publisher waited for a paused subscriber of this process. */
  readonly holds: number;
  /** Errors thrown by handlers of this process. */
  readonly handlerErrors: number;
  /** Failed accepts, for example because there were no file descriptors left. */
  readonly acceptErrors: number;
  /** Connections closed, by reason. */
  readonly closed: Readonly<Record<CloseReason, number>>;
  /** Violations answered, by kind. */
  readonly violations: Readonly<Record<ViolationKind, number>>;
}

/** Statistics that are computed on demand. */
type ComputedStat = "inMessages" | "inBytes" | "connections" | "pendingBytes";

/** Writable counters of the server, without those that are computed on demand. */
export type Counters = {
  -readonly [Key in Exclude<keyof NatsServerStats, ComputedStat>]: NatsServerStats[Key] extends
    number ? number
    : { -readonly [Name in keyof NatsServerStats[Key]]: number };
};

/** Counters that are all 0. */
export function zeroCounters(): Counters {
  return {
    startedMs: 0,
    pendingAuthentications: 0,
    totalConnections: 0,
    publishedMessages: 0,
    publishedBytes: 0,
    outMessages: 0,
    outBytes: 0,
    localMessages: 0,
    subscriptions: 0,
    slowConsumers: 0,
    discardedBytes: 0,
    stalls: 0,
    holds: 0,
    handlerErrors: 0,
    acceptErrors: 0,
    closed: Object.fromEntries(closeReasons.map((reason) => [reason, 0])) as Counters["closed"],
    violations: Object.fromEntries(
      violationKinds.map((kind) => [kind, 0]),
    ) as Counters["violations"],
  };
}
