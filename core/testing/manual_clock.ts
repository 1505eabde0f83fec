/**
 * A clock whose hands the test turns.
 *
 * @module
 */
import { type Clock, clockFrom } from "../async/mod.ts";

/** A clock that stands still until it is told otherwise. */
export interface ManualClock extends Clock {
  /**
   * Moves on by `ms`, running the timers that fall due in their order, and lets everything that waits on
   * them run before the next one.
   */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock, forwards or backwards, without touching timers. */
  setNow(now: number): void;
  /** Timers that wait. */
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * Creates a clock that shows `now` (default: 2026-01-01 in UTC).
 *
 * @example
 * ```ts
 * import { manualClock } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clock = manualClock();
 * let rung = false;
 * using _timer = clock.timer(1_000, () => rung = true);
 * await clock.advance(1_000);
 * assert(rung);
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

/** Lets promise callbacks, and what they cause, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}
