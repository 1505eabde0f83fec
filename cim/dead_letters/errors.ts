import { defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of a replay of dead letters in the running agent. */
export const deadLetterErrors: ErrorCatalogue<
  "dead_letter_request_invalid" | "dead_letter_replay_refused"
> = defineErrors({
  dead_letter_request_invalid: {
    retryable: false,
    status: 400,
    meaning: "The body of a request to replay dead letters is not as wanted.",
    remedy: "Use `cim dead-letters replay`, or send the members that the message names.",
  },
  dead_letter_replay_refused: {
    retryable: true,
    status: 503,
    meaning: "The agent cannot put dead letters back into a queue now; they stay letters.",
    remedy:
      "Follow the message: let the agent send what waits, or make its destination or disk work.",
  },
});
