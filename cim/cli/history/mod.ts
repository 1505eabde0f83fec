/**
 * The commands `cim config log`, `diff` and `replay`: the history of change-sets in the running agent. The agent hides
 * secrets before it answers; a replay is the only command that changes anything.
 *
 * @module
 */
export { type DiffOptions, showDiff } from "./show_diff.ts";
export { logLines, type LogOptions, showLog } from "./show_log.ts";
export { type FileChanges, fileChanges, type ValueChange } from "./file_changes.ts";
export { replayChange, type ReplayOptions } from "./replay_change.ts";
