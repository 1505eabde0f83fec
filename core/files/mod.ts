/**
 * Small, synchronous file operations that several parts need during their start. It keeps nothing open and
 * does not handle large files.
 *
 * @module
 */
export { makePrivate, makePrivateFile, makePrivateFolder } from "./private_files.ts";
export { readTextIfPresent, type ReadTextOptions } from "./read_text_if_present.ts";
