/**
 * Decides whether a change-set can be pushed again on request of an operator. Patches build on one another and are not
 * idempotent, so a change-set is not replayed once the application may have a later one of the same file.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { ownDataKey } from "../config_keys/mod.ts";
import { type ChangeRecord, isPending, mayHaveArrived } from "./change_record.ts";
import { configPushErrors } from "./errors.ts";

/**
 * The record of a change-set that can be pushed again, as far as the history tells.
 *
 * @throws {AgentError} `change_set_unknown`, or `change_set_replay_refused` with the reason and what to do.
 */
export function replayable(key: string, records: readonly ChangeRecord[]): ChangeRecord {
  const record = records.find((one) => one.key === key);
  if (!record) {
    throw new AgentError(
      configPushErrors.change_set_unknown,
      `Cannot replay "${key}": the agent has no record of it; list those it has`,
    );
  }
  const obstacle = obstacleOf(record, records);
  if (obstacle !== undefined) throw replayRefused(key, obstacle);
  return record;
}

/** The error for a change-set that cannot be pushed again. `obstacle` has the reason and what to do. */
export function replayRefused(key: string, obstacle: string): AgentError {
  return new AgentError(
    configPushErrors.change_set_replay_refused,
    `Cannot replay "${key}": ${obstacle}`,
  );
}

function obstacleOf(
  record: ChangeRecord,
  records: readonly ChangeRecord[],
): string | undefined {
  const { state, commit, level, dataKey, revision } = record;
  if (dataKey === ownDataKey) {
    return "it changes the agent's own file, not the application; write a new change-set";
  }
  if (isPending(record)) return "it has no outcome yet; wait for it";
  if (state === "skipped") return `it was never pushed: ${record.reason}; write a new change-set`;
  if (commit !== undefined && state !== "committed") {
    return "its outcome is not committed yet; try again once the store can be written";
  }
  const later = records.find((other) =>
    other.level === level && other.dataKey === dataKey && other.revision > revision &&
    mayHave(other)
  );
  return later &&
    `the application may have revision ${later.revision} of the file, and patches build on one ` +
      "another; replay that one, or write a new change-set";
}

/** Whether the application may have the change of a change-set. One that it refused changed nothing. */
function mayHave(record: ChangeRecord): boolean {
  const { verdict, isConfirmed = false } = record;
  const isRefused = isConfirmed && (verdict === "failed" || verdict === "unused");
  return record.state !== "skipped" && mayHaveArrived(record) && !isRefused;
}
