/**
 * What durations and sizes have in common.
 *
 * @module
 */

/** Limits of a value, both included. */
export interface MeasureLimits {
  /** Smallest value. Default 0. */
  readonly min?: number;
  /** Largest value. Default: no limit. */
  readonly max?: number;
}

/** How values of one kind are read, written and described. */
interface Measure {
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
  readonly wanted: string;
}

/** The value as a number. @throws {RangeError} That names the option, the value and what is wanted. */
export function toNumber(
  value: number | string,
  option: string,
  { min = 0, max = Infinity }: MeasureLimits,
  { parse, format, wanted }: Measure,
): number {
  const result = typeof value === "number" ? value : parse(value);
  if (result !== undefined && result >= min && result <= max) return result;
  const shown = typeof value === "string" ? `"${value}"` : value;
  const upper = max === Infinity ? "" : ` and at most ${format(max)}`;
  throw new RangeError(
    `Cannot use ${option} ${shown}: must be ${wanted}, at least ${format(min)}${upper}`,
  );
}
