/**
 * Delays that grow, with a cap and jitter. The jitter (a random point between half and all of the
 * delay) keeps many agents that lost the same server from coming back at the same moment.
 *
 * @module
 */

/** How delays grow. */
export interface BackoffOptions {
  /** First delay in milliseconds. Default 100. */
  minMs?: number;
  /** Largest delay in milliseconds. Default 10,000. */
  maxMs?: number;
  /** Factor from one delay to the next. Default 2. */
  factor?: number;
  /** Source of numbers in [0, 1). Default `Math.random`. */
  random?: () => number;
}

/** A sequence of delays. */
export interface Backoff {
  /** The next delay in milliseconds. */
  next(): number;
  /** Starts over, after a success. */
  reset(): void;
  /** Delays given since the start or the last reset. */
  readonly attempts: number;
}

/** Creates a sequence of growing, jittered delays. */
export function backoff(options: BackoffOptions = {}): Backoff {
  const { minMs = 100, maxMs = 10_000, factor = 2, random = Math.random } = options;
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
