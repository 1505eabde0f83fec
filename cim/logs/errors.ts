/**
 * Error codes of the application log.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the application log. */
export const logErrors: ErrorCatalogue<
  "log_unwritable"
> = defineErrors({
  log_unwritable: {
    retryable: true,
    meaning: "A log file cannot be written: the disk is full or the folder is not writable.",
    remedy:
      "Free space, correct the permissions or set `paths.logs`; lines are kept and written then.",
  },
});
