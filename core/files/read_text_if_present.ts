/**
 * Reads a whole text file; undefined when it does not exist.
 *
 * @throws Whatever the runtime throws when the file exists but cannot be read.
 *
 * @example
 * ```ts
 * import { readTextIfPresent } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readTextIfPresent("/no/such/file"), undefined);
 * ```
 */
export function readTextIfPresent(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A file in place of one of the folders also means that there is no such file. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
