import type { Clock } from "./clock.ts";

/**
 * Waits like `clock.sleep`, but also ends without an error when the signal aborts: for loops that check the signal
 * anyway.
 *
 * @example
 * ```ts
 * import { pause, systemClock } from "./mod.ts";
 *
 * const stop = AbortSignal.timeout(10);
 * while (!stop.aborted) await pause(systemClock, 3, stop);
 * ```
 */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(delayMs, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
