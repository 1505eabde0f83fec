/**
 * Modules of the runtime that are loaded when they are first used.
 *
 * @module
 */
export { builtin, type Builtins } from "./builtin.ts";
