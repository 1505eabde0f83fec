/**
 * Error codes of the command line.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/errors/mod.ts";

/** Error codes of the command line. */
export const cliErrors: ErrorCatalogue<"agent_unreachable" | "agent_refused"> = defineErrors({
  agent_unreachable: {
    retryable: true,
    meaning: "The command needs the running agent, and no agent answers at its REST port.",
    remedy:
      "Start the agent with `cim run`, or set its port with `--set rest.port=` or `CIM_REST_PORT`.",
  },
  agent_refused: {
    retryable: false,
    meaning: "The running agent answered the command with an error.",
    remedy: "Follow the message; it contains the agent's own error and code.",
  },
});
