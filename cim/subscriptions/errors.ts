import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the subscriptions. The answers of their routes have the texts of the contract and no code. */
export const subscriptionErrors: ErrorCatalogue<
  "subscription_invalid" | "subscription_unreadable" | "subscription_unknown" | "subscription_limit"
> = defineErrors({
  subscription_invalid: {
    retryable: false,
    status: 400,
    meaning: "The body of a subscription is not as wanted.",
    remedy: "Send a JSON object whose `localEventName` is an array with at least one name.",
  },
  subscription_unreadable: {
    retryable: true,
    status: 500,
    meaning: "The body of a subscription ended early.",
    remedy: "Send the request again.",
  },
  subscription_unknown: {
    retryable: false,
    status: 404,
    meaning: "There is no subscription with this id.",
    remedy: "List the subscriptions, or create a new one.",
  },
  subscription_limit: {
    retryable: true,
    status: 503,
    meaning: "There are as many subscriptions as may be kept.",
    remedy: "Delete subscriptions that are not needed, or raise `subscriptions.max_subscriptions`.",
  },
});
