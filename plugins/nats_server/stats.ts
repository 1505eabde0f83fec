/**
 * What the server counts. Plain numbers, raised where things happen and read when somebody scrapes.
 *
 * @module
 */

/** Why a connection ended. The words the reference uses in `connz` stand in `monitoring.ts`. */
export type CloseReason =
  | "client_closed"
  | "authentication_failed"
  | "authentication_timeout"
  | "slow_consumer_pending"
  | "slow_consumer_deadline"
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

/** All reasons, for metrics. */
export const closeReasons: readonly CloseReason[] = [
  "client_closed",
  "authentication_failed",
  "authentication_timeout",
  "slow_consumer_pending",
  "slow_consumer_deadline",
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

/** Violations that are answered with `-ERR` and leave the connection open. */
export type ViolationKind =
  | "publish_permission"
  | "subscribe_permission"
  | "invalid_subject"
  | "max_subscriptions";

/** All of them, for metrics. */
export const violationKinds: readonly ViolationKind[] = [
  "publish_permission",
  "subscribe_permission",
  "invalid_subject",
  "max_subscriptions",
];

/** Counters of one server. Times are milliseconds since 1970. */
export interface NatsServerStats {
  /** When `listen` succeeded; 0 before. */
  readonly startedMs: number;
  /** Connections open now. */
  readonly connections: number;
  /** Connections accepted. */
  readonly totalConnections: number;
  /** Messages taken from clients and from this process. */
  readonly inMessages: number;
  /** Payload bytes of those, headers included. */
  readonly inBytes: number;
  /** Messages handed to clients. */
  readonly outMessages: number;
  /** Payload bytes of those, headers included. */
  readonly outBytes: number;
  /** Messages handed to subscribers in this process. */
  readonly localMessages: number;
  /** Subscriptions held now, those of this process included. */
  readonly subscriptions: number;
  /** Clients cut off because they did not read. */
  readonly slowConsumers: number;
  /** Bytes that were pending for clients when they were closed. */
  readonly discardedBytes: number;
  /** Times a publisher waited for a slow client. */
  readonly stalls: number;
  /** Times a publisher waited for a paused subscriber of this process. */
  readonly holds: number;
  /** Handlers in this process that threw. */
  readonly handlerErrors: number;
  /** Accepts that failed, for example for want of file descriptors. */
  readonly acceptErrors: number;
  /** Connections ended, by reason. */
  readonly closed: Readonly<Record<CloseReason, number>>;
  /** Violations answered, by kind. */
  readonly violations: Readonly<Record<ViolationKind, number>>;
}

/** The same, writable, without what is summed up when asked for: the server's own. */
export type Counters = {
  -readonly [Key in Exclude<keyof NatsServerStats, "inMessages" | "inBytes" | "connections">]:
    NatsServerStats[Key] extends number ? number
      : { -readonly [Name in keyof NatsServerStats[Key]]: number };
};

/** Counters that all stand at 0. */
export function zeroCounters(): Counters {
  return {
    startedMs: 0,
    totalConnections: 0,
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
