/**
 * Sizes such as `512`, `64KiB` or `10MiB`.
 *
 * @module
 */
import { type MeasureLimits, toNumber } from "./_measure.ts";

/** A size in code: a number of bytes, or a text such as `"64KiB"` or `"1GB"`. */
export type Size = number | `${number}${"B" | "KB" | "MB" | "GB" | "KiB" | "MiB" | "GiB"}`;

const unitBytes: Readonly<Record<string, number>> = Object.freeze({
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
});

/**
 * Bytes of a text such as `512`, `64KiB` or `1.5GB`; undefined when the text is not a size.
 *
 * @example
 * ```ts
 * import { formatSize, parseSize } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseSize("64KiB"), 65_536);
 * assert.equal(formatSize(65_536), "64KiB");
 * ```
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
  const factor = match ? unitBytes[match[2].toLowerCase()] : undefined;
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined;
}

/** The shortest text of a size, such as `64KiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ["GiB", "MiB", "KiB"] as const) {
    const factor = unitBytes[unit.toLowerCase()];
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}`;
}

/**
 * Bytes of a size that was given to the program by code.
 *
 * @param option Name of the option, for the error.
 * @throws {RangeError} When the value is not a size, or outside of the limits. Default limits: 0 to Infinity.
 *
 * @example
 * ```ts
 * import { bytes } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bytes("10MiB", "maxBody"), 10_485_760);
 * ```
 */
export function bytes(value: Size, option: string, limits: MeasureLimits = {}): number {
  return toNumber(value, option, limits, {
    parse: parseSize,
    format: formatSize,
    wanted: 'a number of bytes or a text such as "64KiB" or "10MiB"',
  });
}
