/** How {@linkcode until} polls. */
export interface UntilOptions {
  /** Time limit in milliseconds. Default 30 000: no correct program comes near it. */
  readonly withinMs?: number;
  /** Pause between two probes in milliseconds. Default 5. */
  readonly everyMs?: number;
  /** Probe again after a probe threw; the last error becomes the cause. Default false: the error is thrown. */
  readonly retryErrors?: boolean;
}

/**
 * Polls until `probe` returns something other than `undefined` or `false`, and returns that. Use it only for
 * what happens outside this process or on a real socket or disk; everything else is driven by a manual clock.
 *
 * Rejects with "Not within <time>: <what>" when the time limit passes.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const { withinMs = 30_000, everyMs = 5, retryErrors = false } = options;
  const end = performance.now() + withinMs;
  let cause: unknown;
  while (true) {
    try {
      const seen = await probe();
      if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>;
    } catch (error) {
      if (!retryErrors) throw error;
      cause = error;
    }
    if (performance.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
