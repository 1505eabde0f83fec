/**
 * Exponential backoff with a maximum and jitter. The jitter (a random delay between half and all of the full
 * one) spreads the reconnects of agents that lost the same server.
 *
 * @module
 */
import { type Duration, milliseconds } from "../units/mod.ts";

/** Options of {@linkcode backoff}. */
export interface BackoffOptions {
  /** First delay. Default `"100ms"`. */
  min?: Duration;
  /** Largest delay. Default `"10s"`. */
  max?: Duration;
  /** Factor from one delay to the next. Default 2. */
  factor?: number;
  /** Returns numbers in [0, 1). Default `Math.random`. */
  random?: () => number;
}

/** A sequence of growing delays. */
export interface Backoff {
  /** The next delay in milliseconds. */
  next(): number;
  /** Starts again with the first delay. Call it after a success. */
  reset(): void;
  /** Delays given since the start or the last reset. */
  readonly attempts: number;
}

/**
 * Creates a sequence of growing delays with jitter.
 *
 * @throws {RangeError} When the delays are not above 0 and ascending, or the factor is below 1.
 *
 * @example
 * ```ts
 * import { backoff } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const delays = backoff({ min: "100ms", max: "1s", random: () => 1 });
 * assert.deepEqual([delays.next(), delays.next(), delays.attempts], [100, 200, 2]);
 * ```
 */
export function backoff(options: BackoffOptions = {}): Backoff {
  const { min = "100ms", max = "10s", factor = 2, random = Math.random } = options;
  const minMs = milliseconds(min, "min");
  const maxMs = milliseconds(max, "max");
  if (!(minMs > 0 && maxMs >= minMs && factor >= 1)) {
    throw new RangeError(`Cannot back off from ${minMs} to ${maxMs} ms by factor ${factor}`);
  }
  let attempts = 0;
  return {
    next() {
      const full = Math.min(maxMs, minMs * factor ** attempts);
      attempts++;
      return full / 2 + random() * full / 2;
    },
    reset() {
      attempts = 0;
    },
    get attempts() {
      return attempts;
    },
  };
}
