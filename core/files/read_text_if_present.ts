import { AgentError, coreErrors } from "../errors/mod.ts";
import { bytes, formatSize, type Size } from "../units/mod.ts";

/** Options of {@linkcode readTextIfPresent}. */
export interface ReadTextOptions {
  /** Size limit. Default `"1MiB"`. */
  maxBytes?: Size;
}

const chunkBytes = 64 * 1024;

/**
 * Reads a whole text file, without the byte order mark that some editors write first; undefined when it does not
 * exist. The size is limited while reading, so that a device such as `/dev/zero` ends it too. The text is UTF-8, or
 * UTF-16 if the byte order mark says so.
 *
 * @throws {AgentError} `file_too_large` when the file is larger than the limit; other errors of the runtime as they
 * are.
 *
 * @example
 * ```ts
 * import { readTextIfPresent } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readTextIfPresent("/no/such/file"), undefined);
 * ```
 */
export function readTextIfPresent(
  path: string,
  { maxBytes = "1MiB" }: ReadTextOptions = {},
): string | undefined {
  const limit = bytes(maxBytes, "maxBytes");
  try {
    using file = Deno.openSync(path);
    return decode(readWithin(file, path, limit));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function readWithin(file: Deno.FsFile, path: string, limit: number): Uint8Array {
  let content = new Uint8Array(Math.min(chunkBytes, limit + 1));
  let length = 0;
  for (;;) {
    const count = file.readSync(content.subarray(length));
    if (count === null) return content.subarray(0, length);
    length += count;
    if (length > limit) {
      throw new AgentError(
        coreErrors.file_too_large,
        `Cannot read ${path}: larger than ${formatSize(limit)}; check that it is the right file`,
      );
    }
    if (length < content.length) continue;
    const larger = new Uint8Array(Math.min(content.length * 2, limit + 1));
    larger.set(content);
    content = larger;
  }
}

/** Decodes text by its byte order mark, which is not part of the result. */
function decode(content: Uint8Array): string {
  const [first, second] = content;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8";
  return new TextDecoder(encoding).decode(content);
}

/** `NotADirectory`: a file is in the place of one of the folders, so the path does not exist either. */
function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
