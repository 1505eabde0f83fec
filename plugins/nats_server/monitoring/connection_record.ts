/**
 * What `connz` shows of one connection. A record of a closed connection is a snapshot: it keeps no reference to it.
 *
 * @module
 */
import { type Connection, userOf } from "../connection/mod.ts";
import { fromByteString } from "../protocol/mod.ts";
import type { CloseReason } from "../stats.ts";
import type { TlsSession } from "../transport/mod.ts";
import { goDuration, uptimeText } from "./time_text.ts";

/** A JSON object. */
export type Report = Record<string, unknown>;

/** Texts of nats-server for close reasons. */
const reasonTexts: Readonly<Record<CloseReason, string>> = {
  client_closed: "Client Closed",
  authentication_failed: "Authentication Failure",
  authentication_timeout: "Authentication Timeout",
  authentication_busy: "Authentication Busy",
  slow_consumer_pending: "Slow Consumer (Pending Bytes)",
  slow_consumer_deadline: "Slow Consumer (Write Deadline)",
  slow_consumer_total: "Slow Consumer (Pending Bytes)",
  write_error: "Write Error",
  read_error: "Read Error",
  parse_error: "Parse Error",
  stale_connection: "Stale Connection",
  protocol_violation: "Protocol Violation",
  bad_protocol_version: "Bad Client Protocol Version",
  max_connections: "Maximum Connections Exceeded",
  max_control_line: "Maximum Control Line Exceeded",
  max_payload: "Maximum Message Payload Exceeded",
  no_responders_without_headers: "No Responders Requires Headers",
  tls_handshake: "TLS Handshake Failure",
  server_shutdown: "Server Shutdown",
};

/** Values of one connection, for sorting, filtering and output. */
export interface ConnectionRecord {
  readonly cid: number;
  /** Wall clock, in milliseconds. */
  readonly startMs: number;
  /** Wall clock, in milliseconds; `undefined` while open. */
  readonly stopMs: number | undefined;
  /** Text of nats-server; "" while open. */
  readonly reason: string;
  readonly lastMs: number;
  readonly roundTripMs: number;
  readonly pendingBytes: number;
  readonly inMessages: number;
  readonly outMessages: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly subscriptions: number;
  /** User name or nkey from CONNECT; "[REDACTED]" for a token; "" without credentials. */
  readonly user: string;
  /** The TLS session; `null` without TLS. */
  readonly tls: TlsSession | null;
  /** Members that are output unchanged. */
  readonly fixed: Report;
}

/** A record of a connection as it is now. `nowMs` and `monotonicMs` are the two clocks. */
export function recordOf(
  connection: Connection,
  nowMs: number,
  monotonicMs: number,
  closed?: CloseReason,
): ConnectionRecord {
  const { transport, options, activity } = connection;
  return {
    cid: connection.id,
    startMs: connection.startedMs,
    stopMs: closed === undefined ? undefined : nowMs,
    reason: closed === undefined ? "" : reasonTexts[closed],
    lastMs: nowMs - (monotonicMs - activity.lastMs),
    roundTripMs: connection.heartbeat.roundTripMs,
    pendingBytes: connection.output.pendingBytes,
    inMessages: connection.inMessages,
    outMessages: connection.outMessages,
    inBytes: connection.inBytes,
    outBytes: connection.outBytes,
    subscriptions: connection.subscriptions.size,
    user: userOf(options, connection.principal),
    tls: transport.tls,
    fixed: {
      ip: transport.remote.hostname,
      port: transport.remote.port,
      ...(options.name === "" ? {} : { name: options.name }),
      ...(options.lang === "" ? {} : { lang: options.lang }),
      ...(options.version === "" ? {} : { version: options.version }),
    },
  };
}

/** The members of `connz` for one record; the user only `withUser`. */
export function renderRecord(record: ConnectionRecord, nowMs: number, withUser: boolean): Report {
  const { stopMs, roundTripMs } = record;
  const endMs = stopMs ?? nowMs;
  return {
    cid: record.cid,
    kind: "Client",
    type: "nats",
    start: new Date(record.startMs).toISOString(),
    last_activity: new Date(record.lastMs).toISOString(),
    ...(stopMs === undefined
      ? {}
      : { stop: new Date(stopMs).toISOString(), reason: record.reason }),
    ...(roundTripMs < 0 ? {} : { rtt: goDuration(roundTripMs) }),
    uptime: uptimeText(endMs - record.startMs),
    idle: uptimeText(endMs - record.lastMs),
    pending_bytes: record.pendingBytes,
    in_msgs: record.inMessages,
    out_msgs: record.outMessages,
    in_bytes: record.inBytes,
    out_bytes: record.outBytes,
    subscriptions: record.subscriptions,
    ...record.fixed,
    ...(record.tls === null ? {} : tlsReport(record.tls, withUser)),
    ...(withUser && record.user !== "" ? { authorized_user: record.user } : {}),
  };
}

function tlsReport(
  { version, cipher, certificates, isFirst }: TlsSession,
  withUser: boolean,
): Report {
  const peers = certificates.map(({ subject, publicKeySha256, sha256 }) => ({
    ...(subject === "" ? {} : { subject }),
    spki_sha256: publicKeySha256,
    cert_sha256: sha256,
  }));
  return {
    tls_version: version,
    tls_cipher_suite: cipher,
    ...(withUser && peers.length > 0 ? { tls_peer_certs: peers } : {}),
    ...(isFirst ? { tls_first: true } : {}),
  };
}

/** Details of the subscriptions of one connection. */
export function subscriptionDetails(connection: Connection): SubscriptionDetail[] {
  return [...connection.subscriptions.values()].map((subscription) => ({
    subject: fromByteString(subscription.subject),
    ...(subscription.queue === null ? {} : { qgroup: fromByteString(subscription.queue) }),
    sid: fromByteString(subscription.sid),
    msgs: subscription.delivered,
    ...(subscription.max === 0 ? {} : { max: subscription.max }),
    cid: connection.id,
  }));
}

/** One subscription in `connz` and `subsz`. */
export interface SubscriptionDetail {
  readonly subject: string;
  readonly qgroup?: string;
  readonly sid: string;
  readonly msgs: number;
  readonly max?: number;
  readonly cid: number;
}
