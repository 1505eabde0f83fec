/**
 * The error class for operational failures that a caller may want to distinguish. Misuse by the caller throws
 * a built-in error (`TypeError`, `RangeError`) instead.
 *
 * @module
 */
import { type CoreErrorCode, coreErrors, type ErrorEntry } from "./catalogue.ts";

/** Options of {@linkcode AgentError}. */
export interface AgentErrorOptions {
  /** The error or value that caused this error. */
  cause?: unknown;
  /** Whether a retry can help. Default: `retryable` of the catalogue entry. */
  retryable?: boolean;
}

/**
 * An operational failure: a peer is down, a file cannot be read, a time limit has passed.
 *
 * @example
 * ```ts
 * import { AgentError } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new AgentError("unavailable", "Cannot read key \"a\": the store is disabled");
 * assert.equal(error.retryable, true);
 * ```
 */
export class AgentError extends Error {
  /** Code of the catalogue entry. */
  readonly code: string;
  /** Whether the same operation may succeed later. */
  readonly retryable: boolean;
  /** HTTP status of an answer with this error. */
  readonly status: number;

  /**
   * Creates an error.
   *
   * @param kind An entry of a catalogue, or a code of {@linkcode coreErrors}.
   * @param message What failed, the reason and the remedy: `Cannot <action>: <reason>; <remedy>`.
   */
  constructor(
    kind: CoreErrorCode | ErrorEntry,
    message: string,
    options: AgentErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry: ErrorEntry = typeof kind === "string" ? coreErrors[kind] : kind;
    this.name = "AgentError";
    this.code = entry.code;
    this.retryable = options.retryable ?? entry.retryable;
    this.status = entry.status;
  }
}
