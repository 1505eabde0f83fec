/**
 * A clock that tests control.
 *
 * @module
 */
import { type Clock, clockFrom } from "../async/mod.ts";

/** A clock that moves only when {@linkcode ManualClock.advance} is called. */
export interface ManualClock extends Clock {
  /**
   * Moves the clock forward by `ms`. Timers that are due run in their order; promises that depend on a timer are
   * settled before the next one runs.
   */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock, forwards or backwards. Timers are not affected. */
  setNow(now: number): void;
  /** Number of timers that have not run. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * Creates a clock whose wall time is `now`. Default: 2026-01-01 in UTC.
 *
 * @example
 * ```ts
 * import { manualClock } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clock = manualClock();
 * let hasRung = false;
 * using _timer = clock.timer(1_000, () => hasRung = true);
 * await clock.advance(1_000);
 * assert(hasRung);
 * ```
 */
export function manualClock(now: number = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsed = 0;
  let wall = now;
  const timers = new Set<Timer>();
  const clock = clockFrom({
    now: () => wall,
    monotonic: () => elapsed,
    timer(delayMs, callback) {
      const timer = { due: elapsed + Math.max(0, delayMs), callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => timers.delete(timer) };
    },
  });

  function nextTimer(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= until && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  }

  return {
    ...clock,
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let timer = nextTimer(until); timer; timer = nextTimer(until)) {
        wall += timer.due - elapsed;
        elapsed = timer.due;
        timers.delete(timer);
        timer.callback();
        await settle();
      }
      wall += until - elapsed;
      elapsed = until;
      await settle();
    },
    setNow(value) {
      wall = value;
    },
    get pending() {
      return timers.size;
    },
  };
}

/** Runs promise callbacks, and the callbacks that they cause. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}
