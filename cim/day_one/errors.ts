import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the first configuration. */
export const dayOneErrors: ErrorCatalogue<"app_not_configured"> = defineErrors({
  app_not_configured: {
    retryable: true,
    meaning: "The first configuration could not be delivered to the application.",
    remedy:
      "Check why the application rejects `loadConfig`; its next registration starts a new attempt.",
  },
});
