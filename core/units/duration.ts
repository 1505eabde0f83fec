/**
 * Durations such as `250ms`, `5s` or `1m30s`.
 *
 * @module
 */
import { type MeasureLimits, toNumber } from "./_measure.ts";

/** A duration in code: a number of milliseconds, or a text such as `"5s"`, `"250ms"` or `"1.5h"`. */
export type Duration = number | `${number}${DurationUnit}`;

/** A unit of time, from nanoseconds to days. */
export type DurationUnit = "ns" | "us" | "ms" | "s" | "m" | "h" | "d";

const unitMs: Readonly<Record<DurationUnit, number>> = Object.freeze({
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
});

/**
 * Milliseconds of a text such as `5s`, `1m30s` or `0`; undefined when the text is not a duration. A unit is
 * required.
 *
 * @example
 * ```ts
 * import { formatDuration, parseDuration } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseDuration("1m30s"), 90_000);
 * assert.equal(formatDuration(90_000), "90s");
 * ```
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)/g)) {
    total += Number(amount) * unitMs[unit as DurationUnit];
  }
  return total;
}

/** The shortest text of a duration with one unit, such as `90s` or `2h`. */
export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (ms >= unitMs[unit] && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${ms}ms`;
}

/**
 * Milliseconds of a duration that was given to the program by code.
 *
 * @param option Name of the option, for the error.
 * @throws {RangeError} When the value is not a duration, or outside of the limits. Default limits: 0 to Infinity.
 *
 * @example
 * ```ts
 * import { milliseconds } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(milliseconds("5s", "timeout"), 5_000);
 * assert.equal(milliseconds(250, "timeout"), 250);
 * ```
 */
export function milliseconds(
  value: Duration,
  option: string,
  limits: MeasureLimits = {},
): number {
  return toNumber(value, option, limits, {
    parse: parseDuration,
    format: formatDuration,
    wanted: 'a number of milliseconds or a text such as "5s" or "250ms"',
  });
}
