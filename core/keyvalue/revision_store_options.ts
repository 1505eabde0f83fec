/**
 * Options of a store on a table of revisions.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";

/** Options of {@linkcode RevisionStore}. */
export interface RevisionStoreOptions {
  /** Name of the store in error texts, such as "memory store". */
  name: string;
  /** Largest value in bytes; a larger one is refused with a `RangeError`. Default: no limit. */
  maxValueBytes?: number;
  /** Maximum bytes that all watches together keep for slow readers. Default 64 MiB, at least 1. */
  maxWatchBytes?: number;
  /** Clock to use for expiry. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /**
   * Called with the error when deleting expired keys in the background fails; it is retried after one
   * second. Default: none; the next call, which deletes expired keys first, then fails with the error.
   */
  onExpiryFailure?: (error: unknown) => void;
}
