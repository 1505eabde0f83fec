/**
 * Error codes of the application log.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the application log. */
export const logErrors: ErrorCatalogue<
  "log_unwritable" | "log_lines_lost"
> = defineErrors({
  log_unwritable: {
    retryable: true,
    meaning:
      "A log file cannot be written: the disk is full, the folder is not writable, or something that is not a plain log file is in its place.",
    remedy:
      "Free space, correct the permissions, remove what is in place of the file, or set `paths.logs`; waiting lines are written then.",
  },
  log_lines_lost: {
    retryable: false,
    meaning:
      "The agent stopped before all log lines were written; the rest was dropped and counted.",
    remedy:
      "Make the destination writable and fast enough, or raise `shutdown.grace` and the pod's grace period.",
  },
});
