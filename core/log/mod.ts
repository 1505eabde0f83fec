/**
 * Structured logs: named loggers with levels changed at run time, redaction, folding of repeats, and a
 * sink for the console. It does not rotate files; the product's log route does.
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
export { type LogLevel, logLevels } from "./level.ts";
export { type Logger, LogRegistry, type LogRegistryOptions } from "./logger.ts";
export { redact, redactText } from "./redact.ts";
