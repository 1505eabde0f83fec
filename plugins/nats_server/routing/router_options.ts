/**
 * Options of the router.
 *
 * @module
 */
import type { Counters } from "../stats.ts";
import type { SubjectMetrics } from "./subject_metrics.ts";

/** Options of the router. */
export interface RouterOptions {
  readonly counters: Counters;
  readonly subjectMetrics: SubjectMetrics;
  /** Called with the subject and the error when a handler throws. */
  readonly onHandlerError: (subject: string, error: unknown) => void;
  /** Returns monotonic time in milliseconds. */
  readonly now: () => number;
  /** Returns a number from 0 to 1; seeds the choice within queue groups. */
  readonly random: () => number;
}
