import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the registration. */
export const registrationErrors: ErrorCatalogue<"registration_invalid"> = defineErrors({
  registration_invalid: {
    retryable: false,
    status: 400,
    meaning: "The body of a registration cannot be read, or a member is missing or malformed.",
    remedy: "Correct the body that the application sends; the message says what is wrong.",
  },
});
