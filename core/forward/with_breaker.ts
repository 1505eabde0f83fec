/**
 * Circuit breaker: stops calling a failing destination and probes it after a cool-down.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { attempt, type Sender } from "./delivery.ts";

/** Options of {@linkcode withBreaker}. */
export interface BreakerOptions {
  /** Outcomes `retry` in a row after which the breaker opens, at least 1. Default 5. */
  failures?: number;
  /** Time before a probe is let through, above 0. Default `"5s"`. */
  coolDown?: Duration;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Called with the new state after each change. */
  onChange?: (state: BreakerState) => void;
}

/** `closed`: all items pass; `open`: none passes; `half_open`: one item passes as a probe. */
export type BreakerState = "closed" | "open" | "half_open";

/**
 * Returns `retry` with reason `breaker_open`, without calling `next`, after too many failures in a row. A
 * rejection shows that the destination works, so it counts as success.
 */
export function withBreaker<T>(next: Sender<T>, options: BreakerOptions = {}): Sender<T> {
  const { failures = 5, coolDown = "5s", clock = systemClock, onChange } = options;
  const coolDownMs = milliseconds(coolDown, "coolDown");
  if (!(failures >= 1)) {
    throw new RangeError(`Cannot open after ${failures} failures: must be at least 1`);
  }
  if (!(coolDownMs > 0)) {
    throw new RangeError(`Cannot cool down for ${coolDownMs} ms: must be above 0`);
  }
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
        const afterMs = opened + coolDownMs - clock.monotonic();
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
