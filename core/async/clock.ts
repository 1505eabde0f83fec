/**
 * Injectable clock, so that tests can control time: everything that waits or reads the time takes a
 * {@linkcode Clock}. `core/testing` has a manual clock.
 *
 * @module
 */

/** Options of the waits. */
export interface WaitOptions {
  /** Ends the wait early; its promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Time and timers. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970 (UTC). It may jump. */
  now(): number;
  /** Milliseconds since a fixed moment. It never jumps; use it for durations. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`, unless the result is disposed of before. */
  timer(delayMs: number, callback: () => void): Disposable;
  /** Resolves after `delayMs`. */
  sleep(delayMs: number, options?: WaitOptions): Promise<void>;
  /**
   * Yields the tick numbers 1, 2, ... every `periodMs`. A slow loop skips the ticks that it missed. Ends
   * without error when the signal aborts.
   */
  every(periodMs: number, options?: WaitOptions): AsyncIterable<number>;
}

/** The part of a clock from which {@linkcode clockFrom} makes the rest. */
export type ClockSource = Pick<Clock, "now" | "monotonic" | "timer">;

/** Longest delay of a timer of the runtime; longer ones are made of several timers. */
const maxTimerMs = 0x7fff_ffff;

/** Makes a clock from the time and timers of `source`. */
export function clockFrom(source: ClockSource): Clock {
  function sleep(delayMs: number, { signal }: WaitOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = source.timer(delayMs, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      function onAbort() {
        timer[Symbol.dispose]();
        reject(signal!.reason);
      }
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  async function* every(periodMs: number, { signal }: WaitOptions = {}): AsyncIterable<number> {
    if (!(periodMs > 0)) throw new RangeError(`Cannot tick every ${periodMs} ms: must be above 0`);
    const start = source.monotonic();
    let tick = 0;
    while (!signal?.aborted) {
      const due = start + (tick + 1) * periodMs;
      try {
        await sleep(Math.max(0, due - source.monotonic()), { signal });
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
      tick = Math.max(tick + 1, Math.floor((source.monotonic() - start) / periodMs));
      yield tick;
    }
  }

  return { ...source, sleep, every };
}

/** The clock of the system. */
export const systemClock: Clock = Object.freeze(clockFrom({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(delayMs, callback) {
    let id: ReturnType<typeof setTimeout>;
    const due = performance.now() + delayMs;
    function arm() {
      const left = due - performance.now();
      id = setTimeout(left > maxTimerMs ? arm : callback, Math.min(Math.max(0, left), maxTimerMs));
    }
    arm();
    return { [Symbol.dispose]: () => clearTimeout(id) };
  },
}));
