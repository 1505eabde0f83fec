/**
 * The commands of `cim spool`. They read the files of the spool without changing them and without the agent. Those
 * that print records are refused while an agent uses the folder, because it settles records meanwhile.
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
export { recordsOf, type StoredRecord } from "./records.ts";
