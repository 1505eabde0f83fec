/**
 * Spares a destination that is down, and the time spent on finding out again.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { attempt, type Sender } from "./delivery.ts";

/** Options of {@linkcode withBreaker}. */
export interface BreakerOptions {
  /** Answers `retry` in a row after which it opens, at least 1. Default 5. */
  failures?: number;
  /** How long it stays open before one attempt is let through, in milliseconds. Default 5,000. */
  openMs?: number;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Told of each change. */
  onChange?: (state: BreakerState) => void;
}

/** Everything passes, nothing passes, or one attempt passes to see. */
export type BreakerState = "closed" | "open" | "half_open";

/**
 * Answers `retry` with reason `breaker_open`, without asking `next`, after too many failures in a row. A
 * rejection is an answer of a living destination and counts as success.
 */
export function withBreaker<T>(next: Sender<T>, options: BreakerOptions = {}): Sender<T> {
  const { failures = 5, openMs = 5_000, clock = systemClock, onChange } = options;
  if (!(failures >= 1)) throw new RangeError(`Cannot open after ${failures} failures: at least 1`);
  if (!(openMs > 0)) throw new RangeError(`Cannot stay open for ${openMs} ms: must be above 0`);
  let state: BreakerState = "closed";
  let failed = 0;
  let opened = 0;
  function change(to: BreakerState): void {
    if (state === to) return;
    state = to;
    onChange?.(to);
  }
  return {
    async send(item, signal) {
      if (state !== "closed") {
        const afterMs = opened + openMs - clock.monotonic();
        if (state === "half_open" || afterMs > 0) {
          return { status: "retry", reason: "breaker_open", afterMs: Math.max(afterMs, 1) };
        }
        change("half_open");
      }
      const delivery = await attempt(next, item, signal);
      if (delivery.status !== "retry") {
        failed = 0;
        change("closed");
      } else if (++failed >= failures) {
        opened = clock.monotonic();
        change("open");
      }
      return delivery;
    },
  };
}
