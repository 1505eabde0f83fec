/**
 * A bounded queue on the disk: blocks of records wait here until their destination has taken them.
 *
 * @module
 */
export { spoolErrors } from "./errors.ts";
export type { SpoolDamage, SpoolEvent } from "./events.ts";
export {
  diskFs,
  type SpoolFile,
  type SpoolFolderEntry,
  type SpoolFs,
  type SpoolLock,
  type SpoolOpenMode,
} from "./fs.ts";
export type {
  AppendResult,
  SpoolBlock,
  SpoolDurability,
  SpoolFullPolicy,
  SpoolOptions,
  SpoolQueue,
} from "./options.ts";
export { Spool } from "./spool.ts";
