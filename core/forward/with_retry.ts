/**
 * Retries with growing, jittered delays while the outcome is `retry`.
 *
 * @module
 */
import {
  type Backoff,
  backoff,
  type BackoffOptions,
  type Clock,
  pause,
  systemClock,
} from "../async/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Options of {@linkcode withRetry}. */
export interface RetryStageOptions extends BackoffOptions {
  /** Maximum attempts, at least 1. Default: no limit; retries until the signal aborts. */
  attempts?: number;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Called before each delay with the failed outcome, the number of the attempt and the delay. */
  onRetry?: (delivery: Delivery, attempt: number, delayMs: number) => void;
}

/**
 * Calls `next` until the outcome is not `retry`, the attempts are used up or the signal aborts, and returns
 * the last outcome. When `afterMs` of an outcome is longer than the backoff, it is the delay.
 */
export function withRetry<T>(next: Sender<T>, options: RetryStageOptions = {}): Sender<T> {
  const { attempts = Infinity, clock = systemClock, onRetry } = options;
  if (!(attempts >= 1)) throw new RangeError(`Cannot send ${attempts} times: must be at least 1`);
  backoff(options); // Throws for a wrong range now rather than at the first failure.
  return {
    async send(item, signal) {
      let delays: Backoff | undefined;
      for (let count = 1;; count++) {
        const delivery = await attempt(next, item, signal);
        if (delivery.status !== "retry" || count >= attempts || signal.aborted) return delivery;
        delays ??= backoff(options);
        const delayMs = Math.max(delays.next(), delivery.afterMs ?? 0);
        onRetry?.(delivery, count, delayMs);
        await pause(clock, delayMs, signal);
        if (signal.aborted) return delivery;
      }
    },
  };
}
