/**
 * Small file operations that several parts need: synchronous ones for their start, asynchronous ones for files that
 * others replace meanwhile. It keeps nothing open and does not handle large files.
 *
 * @module
 */
export {
  filesFingerprint,
  findFileText,
  readNamedFile,
  readRegularFile,
  readRegularFileSync,
} from "./credential_files.ts";
export { makePrivate, makePrivateFile, makePrivateFolder } from "./private_files.ts";
export { readTextIfPresent, type ReadTextOptions } from "./read_text_if_present.ts";
