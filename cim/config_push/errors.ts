/**
 * Error codes of configuration push.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of configuration push. */
export const configPushErrors: ErrorCatalogue<
  "change_set_unknown" | "change_set_replay_refused"
> = defineErrors({
  change_set_unknown: {
    retryable: false,
    status: 404,
    meaning: "The agent has no record of this change-set: only recent ones are kept.",
    remedy: "List the change-sets with `cim config log`, or raise `config_push.history`.",
  },
  change_set_replay_refused: {
    retryable: false,
    status: 409,
    meaning:
      "The change-set cannot be pushed to the application again; the message has the reason.",
    remedy: "Follow the message, or write a new change-set with a higher revision.",
  },
});
