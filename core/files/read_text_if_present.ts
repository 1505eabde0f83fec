const byteOrderMark = "\ufeff";

/**
 * Reads a whole text file, without the byte order mark that some editors write first; undefined when it does not
 * exist.
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
    const text = Deno.readTextFileSync(path);
    return text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `NotADirectory`: a file is in the place of one of the folders, so the path does not exist either. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
