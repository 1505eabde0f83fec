/**
 * What was built, when, from what.
 *
 * @module
 */

/** Build of the program that runs. */
export interface Build {
  readonly version: string;
  /** Empty when unknown. */
  readonly date: string;
  /** Empty when unknown. */
  readonly commit: string;
}
