import type { ClockSource } from "../../../core/async/mod.ts";

/** A fast clock for thousands of runs: advancing it runs timers synchronously. */
export function steppedClock(): ClockSource & { advance(ms: number): Promise<void> } {
  let now = 0;
  const timers = new Set<{ due: number; callback: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    timer(delayMs, callback) {
      const timer = { due: now + delayMs, callback };
      timers.add(timer);
      return { [Symbol.dispose]: () => timers.delete(timer) };
    },
    advance(ms) {
      const until = now + ms;
      while (true) {
        const [first] = [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
        if (!first) break;
        now = first.due;
        timers.delete(first);
        first.callback();
      }
      now = until;
      return Promise.resolve();
    },
  };
}
