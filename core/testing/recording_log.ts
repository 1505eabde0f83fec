/**
 * A log that remembers.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import { type LogEntry, LogRegistry } from "../log/mod.ts";

/** A registry whose records can be looked at. */
export interface RecordingLogs {
  /** Hand this to the agent. */
  readonly registry: LogRegistry;
  /** What was logged so far. */
  readonly entries: readonly LogEntry[];
  /** The messages of one level, or of all. */
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
