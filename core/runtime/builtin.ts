/** The modules that {@linkcode builtin} offers, by name. */
export interface Builtins {
  /** Hashes and keys. */
  "node:crypto": typeof import("node:crypto");
  /** CPU time of the process. */
  "node:process": typeof import("node:process");
  /** Checksums and compression. */
  "node:zlib": typeof import("node:zlib");
}

/**
 * A module of Node's library, loaded at the first call: a static import of one of these adds 15 to 50 ms of CPU time to
 * every start, also where it is never used. Later calls only look the module up, so hot paths keep what they need.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { builtin } from "./mod.ts";
 *
 * const { crc32 } = builtin("node:zlib");
 * assert.equal(crc32("123456789"), 0xcbf43926);
 * ```
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  // The global is loaded when it is read; an import of "node:process" would be loaded at start.
  // deno-lint-ignore no-process-global
  return process.getBuiltinModule(name) as unknown as Builtins[Name];
}
