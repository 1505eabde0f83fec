/**
 * Error codes of the NATS client.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the NATS client. */
export const natsErrors: ErrorCatalogue<
  | "nats_unreachable"
  | "nats_denied"
  | "nats_no_answer"
> = defineErrors({
  nats_unreachable: {
    retryable: true,
    meaning: "The external NATS server does not answer, or its connection was lost.",
    remedy: "Check `nats.url` and that the server runs; the agent reconnects automatically.",
  },
  nats_denied: {
    retryable: false,
    meaning: "The external NATS server refuses the user, the token or the certificate.",
    remedy: "Check `nats.url_user`, `nats.url_password` and `nats.url_token`.",
  },
  nats_no_answer: {
    retryable: true,
    meaning: "A request on NATS got no reply within its time limit.",
    remedy: "Check that the responder runs and subscribes to the subject in the message.",
  },
});
