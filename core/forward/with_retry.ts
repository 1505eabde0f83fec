/**
 * Tries again, with growing and jittered delays, while the answer is `retry`.
 *
 * @module
 */
import { backoff, type BackoffOptions, type Clock, systemClock } from "../async/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Options of {@linkcode withRetry}. */
export interface RetryStageOptions extends BackoffOptions {
  /** Attempts in all, at least 1. Default: no limit, until the signal aborts. */
  attempts?: number;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Told of each answer that will be followed by another attempt. */
  onRetry?: (delivery: Delivery, attempt: number, delayMs: number) => void;
}

/**
 * Makes `next` be tried until it delivers, rejects, the attempts are used up or the signal aborts; then
 * the last answer counts. A delay that the answer asks for is kept even when it is longer.
 */
export function withRetry<T>(next: Sender<T>, options: RetryStageOptions = {}): Sender<T> {
  const { attempts = Infinity, clock = systemClock, onRetry } = options;
  if (!(attempts >= 1)) throw new RangeError(`Cannot send ${attempts} times: must be at least 1`);
  backoff(options); // Refuses a wrong range now rather than at the first failure.
  return {
    async send(item, signal) {
      const delays = backoff(options);
      for (let count = 1;; count++) {
        const delivery = await attempt(next, item, signal);
        if (delivery.status !== "retry" || count >= attempts || signal.aborted) return delivery;
        const delayMs = Math.max(delays.next(), delivery.afterMs ?? 0);
        onRetry?.(delivery, count, delayMs);
        try {
          await clock.sleep(delayMs, { signal });
        } catch (error) {
          if (!signal.aborted) throw error;
          return delivery;
        }
      }
    },
  };
}
