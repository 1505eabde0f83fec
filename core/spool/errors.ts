/**
 * Error codes of spools.
 *
 * @module
 */
import { AgentError, defineErrors, type ErrorCatalogue } from "../errors/mod.ts";
import { formatSize } from "../units/mod.ts";

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

/** The error of a block that no spool of that size can take. */
export function tooLarge(length: number, maxBytes: number): AgentError {
  return new AgentError(
    "queue_full",
    `Cannot store a block of ${length} bytes: the spool is limited to ${formatSize(maxBytes)}; ` +
      "raise the limit or send smaller blocks",
  );
}
