/**
 * Error codes of the store's routes.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the store's routes. */
export const kvErrors: ErrorCatalogue<"key_unknown" | "key_invalid" | "stream_limit"> =
  defineErrors({
    key_unknown: {
      retryable: false,
      status: 404,
      meaning: "The store has no value for the key.",
      remedy: "Check the key; `cim kv list PREFIX --keys` shows the keys that exist.",
    },
    key_invalid: {
      retryable: false,
      status: 400,
      meaning: "The text is not a key or a prefix: it is empty, begins with a slash or has a NUL.",
      remedy: "Write keys without a leading slash, for example `config/app`.",
    },
    stream_limit: {
      retryable: true,
      status: 503,
      meaning: "As many lists or watches of the store are being read as may be at one time.",
      remedy: "Read or close the others first, or raise `kv_routes.max_lists` or `max_watches`.",
    },
  });
