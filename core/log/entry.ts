/**
 * What is logged, and where it goes.
 *
 * @module
 */
import type { LogLevel } from "./level.ts";

/** Values that a record carries beside its message. They are redacted before they reach a sink. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One record. */
export interface LogEntry {
  /** Time of the record, in milliseconds since 1970. */
  readonly time: number;
  /** Level of the record. */
  readonly level: Exclude<LogLevel, "off">;
  /** Name of the logger. */
  readonly logger: string;
  /** What happened; redacted. */
  readonly message: string;
  /** Values beside the message; redacted. */
  readonly fields: LogFields;
}

/** Receives each record. It must not block. If it throws, the record is lost for it and counted. */
export type LogSink = (entry: LogEntry) => void;
