/**
 * What the runtime offers and its versions differ in, and modules of it that are loaded when they are first used.
 *
 * @module
 */
export { fromBase64, toBase64 } from "./base64.ts";
export { builtin, type Builtins } from "./builtin.ts";
