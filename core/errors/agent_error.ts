/**
 * The one error family for everything that happens at run time and that a caller may want to tell
 * apart. Misuse by the caller throws a built-in (`TypeError`, `RangeError`) instead.
 *
 * @module
 */
import { errorCatalogue, type ErrorCode } from "./catalogue.ts";

/** Options of {@linkcode AgentError}. */
export interface AgentErrorOptions {
  /** What led to this error. */
  cause?: unknown;
  /** Whether trying again can help. Default: what the catalogue says of the code. */
  retryable?: boolean;
}

/**
 * Weather: a peer that is down, a file that cannot be read, a time limit that passed.
 *
 * @example
 * ```ts
 * import { AgentError } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new AgentError("store_unreachable", "Cannot read key \"a\": no endpoint answers");
 * assert.equal(error.retryable, true);
 * ```
 */
export class AgentError extends Error {
  /** Which entry of the catalogue this is. */
  readonly code: ErrorCode;
  /** Whether trying the same thing again, later, can help. */
  readonly retryable: boolean;

  /** Creates an error of one code; the message names the place and the remedy. */
  constructor(code: ErrorCode, message: string, options: AgentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AgentError";
    this.code = code;
    this.retryable = options.retryable ?? errorCatalogue[code].retryable;
  }
}
