/**
 * Configuration push: change-sets of the configuration service go to the application, or into the agent's
 * own settings, and what became of them goes back as commits. The first configuration of an application that
 * has none is delivered here, too.
 *
 * A change-set passes `config_service.ts` (list and watch), `config_watch.ts` (is it ours, is it news),
 * `level_queue.ts` (its turn), `push.ts` with `push_machine.ts` (to the application), `config_reply.ts`
 * (its answer), `commit_ledger.ts` (what follows from it) and `commit_writer.ts` (back to the store).
 *
 * What it refuses to do: send a patch twice that may have arrived, lower a commit, answer for a service,
 * version or pod that is not its own, or delete a pod.
 *
 * @module
 */
export type { ChangeRecord, ChangeState } from "./change_record.ts";
export {
  type ChangeSetKey,
  changeSetPrefix,
  commitKey,
  type Level,
  levels,
  ownDataKey,
  parseChangeSetKey,
  parseRevision,
  type Scope,
  statusKey,
} from "./change_set_key.ts";
export { type Baselines, CommitLedger, type LedgerSnapshot } from "./commit_ledger.ts";
export { type Commit, CommitWriter, type CommitWriterOptions } from "./commit_writer.ts";
export {
  type ConfigReply,
  parseConfigReply,
  type ReplyFault,
  type ReplyStatus,
} from "./config_reply.ts";
export { type ConfigBounds, ConfigService, type ConfigServiceOptions } from "./config_service.ts";
export { ConfigStats, type ReplyRejection } from "./config_stats.ts";
export { ConfigWatch, type ConfigWatchOptions } from "./config_watch.ts";
export { DayOne, type DayOneOptions, type DayOneState } from "./day_one.ts";
export { ChangeHistory, type ChangeHistoryOptions } from "./history.ts";
export { type ChangesApi, changesToken, configWatch } from "./plugin.ts";
export type { PushServices } from "./push.ts";
export { advance, initialPush, type PushInput, type PushState } from "./push_machine.ts";
export { commitValue, type Outcome, type Verdict } from "./verdict.ts";
