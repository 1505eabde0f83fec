/**
 * Names and order of log levels.
 *
 * @module
 */

/** The levels from the most to the least verbose; `off` disables a logger. */
export const logLevels = ["debug", "info", "warn", "error", "off"] as const;

/** One of {@linkcode logLevels}. */
export type LogLevel = typeof logLevels[number];

/** Rank of a level. A record is written if its rank is at least that of its logger. */
export function levelOrder(level: LogLevel): number {
  return logLevels.indexOf(level);
}
