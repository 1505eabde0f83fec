/**
 * Rate limit for equal records, so that a failing loop does not fill the log: at most 20 are written in ten
 * seconds, and the next one written says how many were left out.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";

const windowMs = 10_000;
const burst = 20;
const maxKeys = 1_000;

interface Window {
  start: number;
  seen: number;
}

/** Counts equal records in windows of ten seconds. It remembers at most 1,000 different records. */
export class RepeatLimit {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  #suppressed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of records left out so far. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Returns `suppress`, or the number of equal records left out since the last one that was written. */
  check(key: string): "suppress" | number {
    const now = this.#clock.monotonic();
    const window = this.#windows.get(key);
    if (!window) {
      this.#remember(key, { start: now, seen: 1 });
      return 0;
    }
    if (now - window.start >= windowMs) {
      const left = Math.max(0, window.seen - burst);
      window.start = now;
      window.seen = 1;
      return left;
    }
    if (++window.seen <= burst) return 0;
    this.#suppressed++;
    return "suppress";
  }

  #remember(key: string, window: Window): void {
    if (this.#windows.size >= maxKeys) {
      const oldest = this.#windows.keys().next().value;
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
    this.#windows.set(key, window);
  }
}
