/**
 * Error codes of the command line.
 *
 * @module
 */
import { defineErrors, type ErrorCatalogue } from "../../core/errors/mod.ts";

/** Error codes of the command line. */
export const cliErrors: ErrorCatalogue<
  | "agent_unreachable"
  | "agent_refused"
  | "change_set_missing"
  | "data_folder_missing"
  | "dead_letter_missing"
  | "dead_letter_without_queue"
  | "replay_refused"
  | "spool_replay_failed"
  | "spool_replay_input"
  | "spool_replay_without_destination"
> = defineErrors({
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
  change_set_missing: {
    retryable: false,
    meaning: "The running agent has no change-set with this revision.",
    remedy: "List the change-sets that it has with `cim config log`.",
  },
  data_folder_missing: {
    retryable: false,
    meaning: "The folder that a command reads does not exist.",
    remedy:
      "Correct `paths.data` or `--folder`, or start the agent once, which creates its folder.",
  },
  dead_letter_missing: {
    retryable: false,
    meaning: "There is no dead letter with this number.",
    remedy: "List the numbers with `cim dead-letters ls`; they change when letters are removed.",
  },
  dead_letter_without_queue: {
    retryable: false,
    meaning:
      "The route of a dead letter has no queue in the spool, so the record cannot be replayed.",
    remedy: "Print the record with `cim dead-letters show` and drop it when it is not needed.",
  },
  replay_refused: {
    retryable: true,
    meaning:
      "The spool does not take records of a replay: it is damaged or full, or its disk fails.",
    remedy:
      "Start the agent once: it repairs the spool and sends what waits. Then stop it and replay again.",
  },
  spool_replay_failed: {
    retryable: true,
    meaning: "The destination did not take all records of a spool replay.",
    remedy: "Make the destination work, and continue with the position that the message names.",
  },
  spool_replay_input: {
    retryable: false,
    meaning:
      "A file of records cannot be read, or a line of it is not a record of `cim spool export`.",
    remedy: "Correct the line that the message names, or export the records again.",
  },
  spool_replay_without_destination: {
    retryable: false,
    meaning: "The configuration has no destination for the records of a queue.",
    remedy: "Name one with `--to`, or configure the log collector or the Kafka brokers.",
  },
});
