/**
 * Bounds how long one attempt may take.
 *
 * @module
 */
import { type Clock, deadline, systemClock } from "../async/mod.ts";
import { hasCode } from "../errors/mod.ts";
import type { Sender } from "./delivery.ts";

/** Options of {@linkcode withTimeout}. */
export interface TimeoutStageOptions {
  /** Longest time for one attempt in milliseconds, above 0. */
  limitMs: number;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
}

/**
 * Aborts `next` after the limit and answers `retry` with reason `timeout`, even when `next` ignores its
 * signal. Whether the item arrived is then unknown: the destination may see it twice.
 */
export function withTimeout<T>(next: Sender<T>, options: TimeoutStageOptions): Sender<T> {
  const { limitMs, clock = systemClock } = options;
  if (!(limitMs > 0)) throw new RangeError(`Cannot limit to ${limitMs} ms: must be above 0`);
  return {
    async send(item, signal) {
      try {
        return await deadline((inner) => next.send(item, inner), limitMs, {
          action: "deliver",
          clock,
          signal,
        });
      } catch (error) {
        if (hasCode(error, "deadline_exceeded")) {
          return { status: "retry", reason: "timeout", cause: error };
        }
        if (signal.aborted) return { status: "retry", reason: "aborted", cause: error };
        throw error;
      }
    },
  };
}
