/**
 * Error codes of the first configuration.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the first configuration. */
export const dayOneErrors: ErrorCatalogue<
  "app_not_configured"
> = defineErrors({
  app_not_configured: {
    retryable: true,
    meaning: "An application that starts without configuration could not be given one.",
    remedy: "Look at why the application refuses `loadConfig`; its next registration tries again.",
  },
});
