/**
 * Structured logs: named loggers with levels that can be changed at run time, redaction, a rate limit for
 * repeated records, and a sink for the console. It does not write or rotate files.
 *
 * @module
 */
export {
  consoleSink,
  formatJson,
  formatText,
  type LineWriter,
  type LogFormat,
} from "./console_sink.ts";
export type { LogEntry, LogFields, LogSink } from "./entry.ts";
export { type LogHandler, type LogRecord } from "./handler.ts";
export {
  type ByteStream,
  LineStream,
  type LineStreamHealth,
  type LineStreamOptions,
} from "./line_stream.ts";
export { type LogLevel, logLevels } from "./level.ts";
export { type Logger, LogRegistry, type LogRegistryOptions } from "./logger.ts";
export { printable, printableJson } from "./printable.ts";
export { hidePrivateKeys, hideUserInfo, isSecretName, redact, redactText } from "./redact.ts";
