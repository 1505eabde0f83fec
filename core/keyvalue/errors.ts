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
  | "key_unknown"
  | "key_invalid"
> = defineErrors({
  store_unreachable: {
    retryable: true,
    status: 503,
    meaning: "The key-value store does not answer.",
    remedy: "Check the endpoints and whether the store is running; the agent keeps retrying.",
  },
  store_compacted: {
    retryable: true,
    status: 410,
    meaning: "The requested revision is no longer in the store's history.",
    remedy: "List again, then watch from the revision of that list.",
  },
  store_denied: {
    retryable: false,
    meaning: "The store rejected the user, the certificate or the permission.",
    remedy: "Check the user, password, certificates and the permissions of the role.",
  },
  store_full: {
    retryable: true,
    meaning: "The store has reached its size limit, or its disk is full.",
    remedy: "Delete keys, raise the limit named in the message, or free disk space.",
  },
  store_failed: {
    retryable: true,
    meaning: "The store failed to carry out the operation.",
    remedy:
      "See the cause in the message; for the embedded store, check its folder and the permissions.",
  },
  key_unknown: {
    retryable: false,
    status: 404,
    meaning: "The store has no value for the key, or no key that begins with the prefix.",
    remedy: "Check the key: list the keys of a prefix to see which exist.",
  },
  key_invalid: {
    retryable: false,
    status: 400,
    meaning: "The text is not a key or a prefix: it is empty, begins with a slash or has a NUL.",
    remedy: "Write keys without a leading slash, for example `config/app`.",
  },
});
