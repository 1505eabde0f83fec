/**
 * Differences from the reference that are intended, each with its reason.
 *
 * @module
 */

interface Difference {
  readonly reason: string;
  /** Scripts concerned. */
  readonly scripts: RegExp;
  /** What is expected of this server, from what the reference answered. */
  readonly change: (expected: Record<string, string[]>) => Record<string, string[]>;
}

/** The whole list. */
export const differences: readonly Difference[] = [];

/** What this server is to answer where the reference answered `expected`. */
export function intended(
  name: string,
  expected: Record<string, string[]>,
): Record<string, string[]> {
  return differences.filter(({ scripts }) => scripts.test(name)).reduce(
    (result, { change }) => change(result),
    expected,
  );
}
