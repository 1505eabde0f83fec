/**
 * The application's log: LOG messages from the NATS server, verified where they lie, into rotated files and
 * the standard output.
 *
 * A message passes, in this order, `log_route.ts` (verify, count, choose), `log_files.ts` (which file),
 * `line_buffer.ts` (the copy), `line_writer.ts` (one block at a time), `log_file.ts` (rotate, write).
 *
 * What it refuses to do: lose a line silently, hold more than its bounds, follow a container's name out
 * of the log folder, wait for a disk in the message path, or delete files that are not its own backups. Lines
 * of containers that no longer exist stay until somebody deletes them.
 *
 * @module
 */
export type { Block, BlockPool, BlockPoolOptions } from "./lines/block.ts";
export type { Destination, DestinationParts } from "./destination.ts";
export { backupName, backupTime, fileBase, type FileOwner } from "./file/file_name.ts";
export type { Backlog } from "./lines/line_buffer.ts";
export type { LogFiles, LogFilesOptions } from "./file/log_files.ts";
export type { LogFileSettings } from "./file/log_file.ts";
export type { Retention } from "./file/backups.ts";
export { logErrors } from "./errors.ts";
export { type Gate, LogRoute, type LogRouteOptions } from "./log_route.ts";
export { logMetrics } from "./metrics.ts";
export { ownLogSink } from "./own_log.ts";
export { logRouteToken, logs } from "./plugin.ts";
export { type RouteSettings, routeSettings } from "./route_settings.ts";
export type { ByteSink, StdoutLines, StdoutLinesOptions } from "./stdout.ts";
export type { LogTelemetry, LogTelemetryOptions } from "./telemetry.ts";
