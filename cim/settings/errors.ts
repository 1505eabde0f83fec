/**
 * Error codes of this folder.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the settings document. */
export const settingsErrors: ErrorCatalogue<
  "settings_not_applied"
> = defineErrors({
  settings_not_applied: {
    retryable: true,
    meaning: "A changed settings document is valid, but a part of the agent failed to apply it.",
    remedy: "Read the cause; the previous document stays active.",
  },
});
