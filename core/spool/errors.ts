/**
 * Error codes of spools.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../errors/mod.ts";

/** Error codes of spools. */
export const spoolErrors: ErrorCatalogue<
  "spool_in_use" | "spool_unusable" | "spool_queue_missing"
> = defineErrors({
  spool_in_use: {
    retryable: true,
    status: 503,
    meaning: "Another process, or another spool of this process, uses the folder of the spool.",
    remedy: "Stop the process that the message names, or give each process its own folder.",
  },
  spool_unusable: {
    retryable: true,
    status: 503,
    meaning: "The folder of the spool cannot be created, read or locked.",
    remedy: "Check the path, its permissions and the disk.",
  },
  spool_queue_missing: {
    retryable: false,
    status: 404,
    meaning: "The folder of the spool has no queue with the given name.",
    remedy: "Use one of the names that the message lists.",
  },
});
