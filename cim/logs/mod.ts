/**
 * The application's log: LOG messages from the NATS server, verified in the bytes in which they arrive,
 * written to rotated files and to the standard output, or sent to a TCP log collector or to Kafka.
 *
 * A message passes, in this order, `log_route.ts` (verify, count), `logging_mode.ts` (which destinations),
 * `file/log_files.ts` (which file) or `stdout/stdout_lines.ts`, `lines/line_buffer.ts` (the copy),
 * `lines/line_writer.ts` (one block at a time), `file/log_file.ts` (rotate, write). `back_pressure.ts` has the
 * policy for a destination that does not keep up. For TCP and Kafka, `spooled/spooled_lines.ts` puts blocks into a
 * queue of the spool, and the pump of `cim/spool` sends them.
 *
 * A message with a reply subject is answered there by `cim/receipts` once its block is settled. The collector, the
 * format and `enable_retrx` follow changes of common-infra.json.
 *
 * What it refuses to do: lose a line without counting it, hold more than its bounds, let a container's name
 * lead out of the log folder, follow a link there, wait for a disk in the message path, or delete files that are
 * not its own backups. Files of containers that no longer exist stay until an operator deletes them.
 *
 * @module
 */
export { BackPressure, type BackPressureOptions } from "./back_pressure.ts";
export { type CreatedLogRoute, createLogRoute, type LogRouteOptions } from "./create_log_route.ts";
export {
  createKafka,
  type KafkaOptions,
  type KafkaSurroundings,
  type RefusedRecord,
} from "./create_kafka.ts";
export { type CreatedTcp, createTcp, type TcpOptions, type TcpSurroundings } from "./create_tcp.ts";
export type { Destination, DestinationParts } from "./destination.ts";
export { logErrors } from "./errors.ts";
export { type DestinationName, destinationsOfMode } from "./logging_mode.ts";
export { LogRoute, type LogRouteParts } from "./log_route.ts";
export { logMetrics } from "./metrics.ts";
export { logRouteToken, logs, ownLogFileToken } from "./plugin.ts";
export { type Gate, PublisherGate } from "./publisher_gate.ts";
export { type RouteSettings, routeSettings } from "./route_settings.ts";
export { type LogHealth, LogTelemetry, type LogTelemetryOptions } from "./telemetry.ts";
