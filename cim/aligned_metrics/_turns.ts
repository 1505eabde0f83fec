/**
 * Runs work that is cut into pieces, so that the event loop does its other work between them.
 *
 * @module
 */

/** Runs all pieces and returns the result; undefined when the signal aborts before. Throws as the work does. */
export async function inTurns<T>(
  pieces: Iterator<undefined, T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  while (!signal?.aborted) {
    const { done, value } = pieces.next();
    if (done) return value;
    // Not a matter of time, hence not of the clock: the callback runs when the event loop has done its other work.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
