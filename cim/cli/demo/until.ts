import { AgentError, describeError, systemClock } from "../../../core/mod.ts";

/** Options of {@linkcode until}. */
export interface UntilOptions {
  /** Time limit in milliseconds. Default 5,000. */
  readonly limitMs?: number;
  /** Ends the wait when it aborts. */
  readonly signal: AbortSignal;
}

/**
 * Calls `look` every 20 ms until it returns a value, and returns that.
 *
 * @param what What is expected, for the error text.
 * @param look Returns undefined, or throws, while the expected thing is not there.
 * @throws {AgentError} `deadline_exceeded` with the last error of `look`.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { limitMs = 5_000, signal }: UntilOptions,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last: unknown;
  while (true) {
    signal.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      const reason = last === undefined ? "" : `; last: ${describeError(last)}`;
      throw new AgentError(
        "deadline_exceeded",
        `Cannot see ${what}: not within ${limitMs} ms${reason}`,
        { cause: last },
      );
    }
    await systemClock.sleep(20, { signal });
  }
}
