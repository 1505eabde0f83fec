/**
 * Error codes of the store's routes.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the store's routes. */
export const kvErrors: ErrorCatalogue<"stream_limit"> = defineErrors({
  stream_limit: {
    retryable: true,
    status: 503,
    meaning: "As many lists or watches of the store are being read as may be at one time.",
    remedy: "Read or close the others first, or raise `kv_routes.max_lists` or `max_watches`.",
  },
});
