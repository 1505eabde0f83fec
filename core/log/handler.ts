/**
 * Handlers of the shape of `@std/log`: a `FileHandler` or a handler of your own can be used as a sink.
 *
 * @module
 */
import type { LogEntry } from "./entry.ts";

/** A record as handlers of `@std/log` expect it. */
export interface LogRecord {
  /** What happened; redacted. */
  readonly msg: string;
  /** The fields of the record as one object, redacted; empty without fields. */
  readonly args: unknown[];
  /** Time of the record. */
  readonly datetime: Date;
  /** Level as a number: 10 debug, 20 info, 30 warn, 40 error. */
  readonly level: number;
  /** Level in capital letters: `DEBUG`, `INFO`, `WARN` or `ERROR`. */
  readonly levelName: string;
  /** Name of the logger. */
  readonly loggerName: string;
}

/** An object with `handle`, such as a handler of `@std/log`. A handler filters by its own level itself. */
export interface LogHandler {
  /** Called with each record. */
  handle(record: LogRecord): void;
}

const levelNumbers: Readonly<Record<LogEntry["level"], number>> = Object.freeze({
  debug: 10,
  info: 20,
  warn: 30,
  error: 40,
});

/** The entry in the form that handlers expect. */
export function toLogRecord({ time, level, logger, message, fields }: LogEntry): LogRecord {
  return {
    msg: message,
    args: Object.keys(fields).length > 0 ? [fields] : [],
    datetime: new Date(time),
    level: levelNumbers[level],
    levelName: level.toUpperCase(),
    loggerName: logger,
  };
}
