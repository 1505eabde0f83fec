/**
 * Configuration push: change-sets of the configuration service go to the application, or into the agent's
 * own settings, and what became of them goes back as commits. The first configuration of an application that
 * has none is delivered here, too.
 *
 * A change-set passes `config_push.ts` (list and watch), `change_sets.ts` (is it ours, is it news),
 * `level_queue.ts` (its turn), `push.ts` with `push_machine.ts` (to the application), `config_reply.ts`
 * (its answer), `settlement.ts` with `commit_ledger.ts` (what follows from it) and `commit_writer.ts` (back to
 * the store).
 *
 * What it refuses to do: send a patch twice that may have arrived, lower a commit, answer for a service,
 * version or pod that is not its own, or delete a pod.
 *
 * @module
 */
export type { ChangeRecord, ChangeState } from "./change_record.ts";
export type { Level } from "./change_set_key.ts";
export { type ChangesApi, changesToken, configPush } from "./plugin.ts";
export type { Outcome } from "./verdict.ts";
