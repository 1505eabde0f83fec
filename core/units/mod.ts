/**
 * Durations and sizes as people write them, in configuration and in code. Inside the program they are plain
 * numbers: milliseconds and bytes.
 *
 * @module
 */
export type { MeasureLimits } from "./_measure.ts";
export {
  type Duration,
  type DurationUnit,
  formatDuration,
  milliseconds,
  parseDuration,
} from "./duration.ts";
export { bytes, formatSize, parseSize, type Size } from "./size.ts";
