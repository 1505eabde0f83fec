/**
 * What SQLite's errors mean to users of the store.
 *
 * @module
 */
import { storeErrors } from "../../core/keyvalue/mod.ts";
import {
  AgentError,
  defineErrors,
  describeError,
  type ErrorCatalogue,
} from "../../core/errors/mod.ts";

/** Error codes of the embedded store. */
export const localkvErrors: ErrorCatalogue<
  | "store_owned"
  | "store_corrupt"
> = defineErrors({
  store_owned: {
    retryable: false,
    meaning: "Another process owns the embedded store's folder.",
    remedy: "Stop the other agent, or set `paths.data` to another folder.",
  },
  store_corrupt: {
    retryable: false,
    meaning: "The embedded store's file is damaged.",
    remedy: "Move the named file away; the agent starts with an empty store.",
  },
});

/** SQLite's result codes that are told apart. */
const full = 13;
const corrupt = [11, 26];

/** Whether an error says that the file may not grow any more. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === full || /database or disk is full/.test(describeError(error));
}

/** The error as an {@linkcode AgentError} that names the file and the remedy. */
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
        "or make room on the disk",
      { cause },
    );
  }
  return new AgentError(storeErrors.store_failed, `Cannot ${action} in ${path}: ${text}`, {
    cause,
  });
}

/** The file cannot be trusted. */
export function corruptError(
  action: string,
  path: string,
  detail: string,
  cause?: unknown,
): AgentError {
  return new AgentError(
    localkvErrors.store_corrupt,
    `Cannot ${action}: ${path} is damaged (${detail}); move it away together with its -wal file, ` +
      "and the agent starts with an empty store",
    { cause },
  );
}

/** SQLite's extended result codes carry the primary one in their lowest byte. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
