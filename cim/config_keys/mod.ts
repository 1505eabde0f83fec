/**
 * Keys of the configuration service: change-sets and first configurations in, commits and their details out.
 * Key text only: it reads and writes no store. The grammar is strict, so that a key that is almost right is
 * ignored instead of being answered under a wrong name.
 *
 * @module
 */
export {
  type ChangeSetFault,
  changeSetFault,
  type ChangeSetKey,
  changeSetPrefix,
  commitKey,
  type CommitTarget,
  commitTargets,
  type Level,
  levels,
  missingScope,
  ownDataKey,
  parseChangeSetKey,
  type Scope,
  scopeOf,
  statusKey,
} from "./change_set_key.ts";
export { dayOnePrefix, parseDayOneKey, unversioned } from "./day_one_key.ts";
export { parseRevision } from "./revision.ts";
