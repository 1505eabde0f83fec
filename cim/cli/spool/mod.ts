/**
 * The commands of `cim spool`. They read the files of the spool without changing them and without the agent. Those
 * that print or send records are refused while an agent uses the folder, because it settles records meanwhile.
 *
 * `replay` is no way to empty a spool: it never settles a record, because only the agent has the counters from which a
 * record that was sent by others would be missing.
 *
 * @module
 */
export {
  spoolCat,
  spoolExport,
  spoolList,
  type SpoolListOptions,
  spoolVerify,
} from "./commands.ts";
export { type DestinationName, parseDestination } from "./destination.ts";
export { replaySpool, type SpoolReplayOptions } from "./replay.ts";
export { checkDataFolder } from "./place.ts";
export { recordsOf, type StoredRecord } from "./records.ts";
