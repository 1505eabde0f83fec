/**
 * What the server sends to a client before it closes the connection, with the texts of nats-server.
 *
 * @module
 */
import type { ParserFault } from "../protocol/mod.ts";
import type { CloseReason } from "../stats.ts";

/** Text of the -ERR sent before the connection is closed; nothing is sent for other reasons. */
export const closeTexts: Readonly<Partial<Record<CloseReason, string>>> = Object.freeze({
  authentication_failed: "Authorization Violation",
  authentication_timeout: "Authentication Timeout",
  // Not a text of nats-server: clients must not take it for wrong credentials and give up.
  authentication_busy: "Authentication Busy",
  stale_connection: "Stale Connection",
  bad_protocol_version: "invalid client protocol",
  max_connections: "maximum connections exceeded",
  max_control_line: "maximum control line exceeded",
  max_payload: "Maximum Payload Violation",
  no_responders_without_headers: "no responders requires headers support",
});

/** Reasons after which pending output is discarded, because it cannot be written. */
export const flushlessReasons: ReadonlySet<CloseReason> = new Set<CloseReason>([
  "client_closed",
  "read_error",
  "write_error",
  "slow_consumer_pending",
  "slow_consumer_deadline",
  "slow_consumer_total",
  "tls_handshake",
]);

/** Close reason and -ERR text for each parser fault. */
export const faultReasons: Readonly<
  Record<ParserFault, { readonly reason: CloseReason; readonly text: string | null }>
> = Object.freeze({
  unknown_operation: { reason: "protocol_violation", text: "Unknown Protocol Operation" },
  control_line: { reason: "max_control_line", text: "maximum control line exceeded" },
  bad_arguments: { reason: "protocol_violation", text: null },
  headers_unsupported: { reason: "protocol_violation", text: null },
  payload_too_large: { reason: "max_payload", text: "Maximum Payload Violation" },
  connect_first: { reason: "authentication_failed", text: "Authorization Violation" },
});
