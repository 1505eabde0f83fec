/**
 * Error codes of the store's routes.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the store's routes. */
export const kvErrors: ErrorCatalogue<"key_unknown"> = defineErrors({
  key_unknown: {
    retryable: false,
    status: 404,
    meaning: "The store has no value for the key.",
    remedy: "Check the key; `cim kv list PREFIX --keys` shows the keys that exist.",
  },
});
