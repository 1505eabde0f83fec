/**
 * Configuration push: change-sets of the configuration service go to the application, or into the agent's own
 * settings, and their outcomes go back as commits.
 *
 * A change-set passes through `config_push.ts` (list and watch), `change_sets.ts` (does it need work),
 * `level_queue.ts` (one at a time, in order), `push.ts` with `push_machine.ts` (to the application),
 * `app_messages.ts` (request and reply), `settlement.ts` with `commit_ledger.ts` (record the verdict, decide what
 * to commit) and `commit_writer.ts` (write it to the store). `history.ts` and `kept_patches.ts` remember what was
 * pushed, so that an operator can see it and have it pushed again (`replay.ts`).
 *
 * It never sends a patch again that may have arrived, unless the application restarted or the connection broke
 * and no reply came; never lowers a commit; never answers for another service, version or pod; and never deletes
 * a pod.
 *
 * @module
 */
export { type ChangeDescription, type ChangeRecord, type ChangeState } from "./change_record.ts";
export type { Outcome } from "./change_record.ts";
export { type ChangesApi, changesToken } from "./changes_api.ts";
export { configPushErrors } from "./errors.ts";
export { type PatchDescription, type PatchOperation } from "./patch_description.ts";
export { configPush } from "./plugin.ts";
