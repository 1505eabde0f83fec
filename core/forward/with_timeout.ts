/**
 * Limits the duration of one attempt.
 *
 * @module
 */
import { type Clock, deadline, systemClock } from "../async/mod.ts";
import { hasCode } from "../errors/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import type { Sender } from "./delivery.ts";

/** Options of {@linkcode withTimeout}. */
export interface TimeoutStageOptions {
  /** Maximum duration of one attempt, above 0. */
  limit: Duration;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
}

/**
 * Aborts `next` after the limit and returns `retry` with reason `timeout`, even when `next` ignores its
 * signal. It is then unknown whether the item arrived: the destination may receive it twice.
 */
export function withTimeout<T>(next: Sender<T>, options: TimeoutStageOptions): Sender<T> {
  const { limit, clock = systemClock } = options;
  const limitMs = milliseconds(limit, "limit");
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
