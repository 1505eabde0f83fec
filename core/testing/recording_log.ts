/**
 * Loggers that keep their records in memory.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import { type LogEntry, LogRegistry } from "../log/mod.ts";

/** A registry with its records. */
export interface RecordingLogs {
  /** The loggers, to be passed to the agent. */
  readonly registry: LogRegistry;
  /** Records logged so far. */
  readonly entries: readonly LogEntry[];
  /** Messages of one level, or of all levels. */
  messages(level?: LogEntry["level"]): string[];
}

/** Creates loggers of level `debug` whose records are kept in memory. */
export function recordingLogs(clock?: Clock): RecordingLogs {
  const entries: LogEntry[] = [];
  const registry = new LogRegistry({
    level: "debug",
    clock,
    sinks: [(entry) => entries.push(entry)],
  });
  return {
    registry,
    entries,
    messages: (level) =>
      entries.filter((entry) => level === undefined || entry.level === level)
        .map(({ message }) => message),
  };
}
