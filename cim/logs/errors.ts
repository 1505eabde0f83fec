/**
 * Error codes of the application log.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the application log. */
export const logErrors: ErrorCatalogue<
  "log_unwritable" | "log_lines_lost" | "log_collector_unreachable" | "log_collector_lost"
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
  log_collector_unreachable: {
    retryable: true,
    meaning: "The TCP log collector cannot be reached; lines are kept and sent later.",
    remedy:
      "Start the collector, or correct `logging_svc_url` of common-infra.json; with TLS also check `logs.tcp_ca_file`.",
  },
  log_collector_lost: {
    retryable: true,
    meaning:
      "The TCP log collector closed the connection or stopped taking lines; the last lines are sent again.",
    remedy: "Read the log of the collector if it happens again.",
  },
});
