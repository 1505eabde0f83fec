/**
 * Translates SQLite errors into errors of the key-value contract.
 *
 * @module
 */
import {
  AgentError,
  defineErrors,
  describeError,
  type ErrorCatalogue,
} from "../../core/errors/mod.ts";
import { storeErrors } from "../../core/keyvalue/mod.ts";

/** Error codes of the embedded store. */
export const localkvErrors: ErrorCatalogue<
  | "store_owned"
  | "store_corrupt"
> = defineErrors({
  store_owned: {
    retryable: false,
    meaning: "Another process uses the folder of the embedded store.",
    remedy: "Stop the other process, or set `localkv.folder` to another folder.",
  },
  store_corrupt: {
    retryable: false,
    meaning: "The file of the embedded store is damaged or belongs to another program.",
    remedy: "Move the named file away; the agent then starts with an empty store.",
  },
});

/** SQLite result codes. */
const full = 13;
const corrupt = [11, 26];

/** Whether the error means that the file cannot grow. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === full || /database or disk is full/.test(describeError(error));
}

/** Whether another connection has locked the file. The runtime sets no result code for this error. */
export function isLocked(error: unknown): boolean {
  return /database is locked/.test(describeError(error));
}

/** Returns the error as an {@linkcode AgentError} that names the file and the remedy. */
export function storeError(action: string, path: string, cause: unknown): unknown {
  if (cause instanceof AgentError || cause instanceof TypeError || cause instanceof RangeError) {
    return cause;
  }
  const text = describeError(cause);
  if (corrupt.includes(resultCode(cause) ?? 0) || /malformed|not a database/.test(text)) {
    return corruptError(action, path, text, cause);
  }
  if (isFull(cause)) {
    return new AgentError(
      storeErrors.store_full,
      `Cannot ${action}: ${path} is full (${text}); delete keys, raise localkv.max_size ` +
        "or free disk space",
      { cause },
    );
  }
  return new AgentError(
    storeErrors.store_failed,
    `Cannot ${action} in ${path}: ${text}; make the folder writable and check its disk, or set ` +
      "localkv.folder to another folder",
    { cause },
  );
}

/** The error for a file that is damaged or belongs to another program. */
export function corruptError(
  action: string,
  path: string,
  detail: string,
  cause?: unknown,
): AgentError {
  return new AgentError(
    localkvErrors.store_corrupt,
    `Cannot ${action}: ${path} is damaged (${detail}); move it away together with its -wal file, ` +
      "then the agent starts with an empty store",
    { cause },
  );
}

/** The error for a folder that another process uses. */
export function ownedError(folder: string, owner: string): AgentError {
  return new AgentError(
    localkvErrors.store_owned,
    `Cannot open the embedded store in ${folder}: ${owner} is using it; stop that process, or set ` +
      "localkv.folder to another folder",
  );
}

/** The error for a folder in which the store cannot be opened. */
export function folderError(folder: string, cause: unknown): AgentError {
  return new AgentError(
    storeErrors.store_failed,
    `Cannot open the embedded store in ${folder}: ${describeError(cause)}; make the folder ` +
      "writable, or set localkv.folder to another folder",
    { cause },
  );
}

/** The lowest byte of SQLite's extended result codes is the primary result code. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
