/**
 * Keeps a loop that fails from filling the log: of the same line, a burst is written in each window; the
 * next one written says how many were left out.
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

/** Counts equal lines in windows of ten seconds; remembers at most 1,000 different lines. */
export class RepeatLimit {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  #suppressed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lines left out so far. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** `suppress`, or how many equal lines were left out since the last one that was written. */
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
