/**
 * Error codes of the key-value contract, the same for every store.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../errors/mod.ts";

/** Error codes of the key-value contract. */
export const storeErrors: ErrorCatalogue<
  | "store_unreachable"
  | "store_compacted"
  | "store_denied"
  | "store_full"
  | "store_failed"
> = defineErrors({
  store_unreachable: {
    retryable: true,
    status: 503,
    meaning: "The key-value store does not answer.",
    remedy: "Check the endpoints and that the store runs; the agent keeps trying.",
  },
  store_compacted: {
    retryable: true,
    status: 410,
    meaning: "The revision asked for is no longer in the store's history.",
    remedy: "List again and watch from the revision of that list.",
  },
  store_denied: {
    retryable: false,
    meaning: "The store refuses the user or the certificate.",
    remedy: "Check user, password, certificates and the role's permissions.",
  },
  store_full: {
    retryable: true,
    meaning: "The store has reached its size limit, or its disk is full.",
    remedy: "Delete keys, or raise the limit that the message names, or make room on the disk.",
  },
  store_failed: {
    retryable: true,
    meaning: "The store could not do what was asked, for a reason of its own.",
    remedy: "Read the cause; for the embedded store check the folder and its permissions.",
  },
});
