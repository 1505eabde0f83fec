import { AgentError, describeError, systemClock } from "../../../core/mod.ts";

/** Options of {@linkcode until}. */
export interface UntilOptions {
  /** Longest wait in milliseconds. Default 5,000. */
  readonly limitMs?: number;
  /** Ends the wait early. */
  readonly signal: AbortSignal;
}

/**
 * Looks again and again until there is something to see, and returns it.
 *
 * @param what What is looked for, for the error text.
 * @param look Returns undefined, or throws, as long as there is nothing to see.
 * @throws {AgentError} `deadline_exceeded` with what was seen last.
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
