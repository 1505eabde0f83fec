/**
 * Retries with backoff.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { backoff, type BackoffOptions } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";

/** Options of {@linkcode retry}. */
export interface RetryOptions extends BackoffOptions {
  /** The action for the error message: "Cannot <action>: ...". */
  action: string;
  /** Maximum number of attempts, at least 1. Default: no limit. */
  attempts?: number;
  /** Time limit of all attempts together. Default: no limit. */
  limit?: Duration;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Ends the attempts and the waits between them. */
  signal?: AbortSignal;
  /** Whether to retry after this error. Default: after all errors but non-retryable {@linkcode AgentError}s. */
  isRetryable?: (error: unknown) => boolean;
  /** Called after each failed attempt that is followed by another one. */
  onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
}

/**
 * Calls `work` until it succeeds, a limit is reached, or the error is not retryable.
 *
 * @throws {AgentError} `deadline_exceeded` with the last error as cause when a limit is reached. Errors that
 * are not retryable are thrown as they are.
 *
 * @example
 * ```ts
 * import { retry } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const work = (attempt: number) => {
 *   if (attempt < 3) throw new Error("not yet");
 *   return attempt;
 * };
 * assert.equal(await retry(work, { action: "connect", min: "1ms", attempts: 5 }), 3);
 * ```
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
