/**
 * Names and order of log levels.
 *
 * @module
 */

/** The levels from the most to the least talkative; `off` silences a logger. */
export const logLevels = ["debug", "info", "warn", "error", "off"] as const;

/** One of {@linkcode logLevels}. */
export type LogLevel = typeof logLevels[number];

/** Position of a level in the order; a record is kept if its position is at least its logger's. */
export function levelOrder(level: LogLevel): number {
  return logLevels.indexOf(level);
}
