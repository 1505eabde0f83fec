/**
 * Trying again.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { backoff, type BackoffOptions } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";

/** Options of {@linkcode retry}. */
export interface RetryOptions extends BackoffOptions {
  /** What is being tried, for the error text: "Cannot <action>: ...". */
  action: string;
  /** Attempts in all, at least 1. Default: no limit. */
  attempts?: number;
  /** Time limit of all attempts together. Default: no limit. */
  limit?: Duration;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Ends the attempts and the waits between them. */
  signal?: AbortSignal;
  /** Whether an error is worth another attempt. Default: all but non-retryable {@linkcode AgentError}s. */
  isRetryable?: (error: unknown) => boolean;
  /** Told about every failed attempt that will be followed by another. */
  onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
}

/**
 * Calls `work` until it succeeds, the bounds are reached, or the error is not worth it.
 *
 * @throws {AgentError} `deadline_exceeded` with the last error as cause when the bounds are reached; any
 * other error as it was thrown.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T> | T,
  options: RetryOptions,
): Promise<T> {
  const { action, attempts = Infinity, limit = Infinity, clock = systemClock, signal } = options;
  const limitMs = milliseconds(limit, "limit");
  const { isRetryable = isRetryableByDefault, onRetry } = options;
  if (!(attempts >= 1)) {
    throw new RangeError(`Cannot ${action} ${attempts} times: must be at least 1`);
  }
  const delays = backoff(options);
  const end = clock.monotonic() + limitMs;
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!isRetryable(error)) throw error;
      const delayMs = delays.next();
      if (attempt >= attempts || clock.monotonic() + delayMs > end) {
        throw new AgentError(
          "deadline_exceeded",
          `Cannot ${action}: ${describeError(error)} (${attempt} attempts)`,
          { cause: error },
        );
      }
      onRetry?.(error, attempt, delayMs);
      await clock.sleep(delayMs, { signal });
    }
  }
}

function isRetryableByDefault(error: unknown): boolean {
  return !(error instanceof AgentError) || error.retryable;
}
