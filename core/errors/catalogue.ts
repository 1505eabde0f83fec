/**
 * Error catalogues. A catalogue declares the codes of one part: whether a retry can help, the HTTP status of
 * an answer that carries the code, what happened and what to do. Each part declares its own in its
 * `errors.ts`; this file holds the codes that every part may use. A retired code stays in its catalogue, with
 * the word "retired" in its meaning, and is never reused.
 *
 * @module
 */

/** One code with its meaning. */
export interface ErrorEntry<C extends string = string> {
  /** The code, in snake_case; unique in the program. */
  readonly code: C;
  /** Whether the same operation may succeed later. */
  readonly retryable: boolean;
  /** HTTP status of an answer with this error. */
  readonly status: number;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What the operator or the caller should do. */
  readonly remedy: string;
}

/** The codes of one part of the program. */
export type ErrorCatalogue<C extends string = string> = {
  readonly [K in C]: ErrorEntry<K>;
};

/** Definition of one code, for {@linkcode defineErrors}. */
export interface ErrorSpec {
  /** Whether the same operation may succeed later. */
  retryable: boolean;
  /** HTTP status of an answer with this error, 400 to 599. Default 500. */
  status?: number;
  /** What happened, in one sentence. */
  meaning: string;
  /** What the operator or the caller should do. */
  remedy: string;
}

/**
 * Declares the error codes of one part.
 *
 * @example
 * ```ts
 * import { AgentError, defineErrors } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const errors = defineErrors({
 *   printer_empty: {
 *     retryable: true,
 *     status: 503,
 *     meaning: "The printer has no paper.",
 *     remedy: "Add paper.",
 *   },
 * });
 * const error = new AgentError(errors.printer_empty, "Cannot print page 3: no paper");
 * assert.deepEqual([error.code, error.retryable, error.status], ["printer_empty", true, 503]);
 * ```
 */
export function defineErrors<C extends string>(
  specs: Readonly<Record<C, ErrorSpec>>,
): ErrorCatalogue<C> {
  const entries = Object.entries<ErrorSpec>(specs).map(([code, { status = 500, ...spec }]) => [
    code,
    Object.freeze({ code, status, ...spec }),
  ]);
  // The keys are those of `specs`, which the type system cannot follow through Object.fromEntries.
  return Object.freeze(Object.fromEntries(entries)) as ErrorCatalogue<C>;
}

/** A code of {@linkcode coreErrors}. */
export type CoreErrorCode = keyof typeof coreErrors;

/** Codes that every part may use. */
export const coreErrors: ErrorCatalogue<
  | "config_invalid"
  | "config_unreadable"
  | "plugin_duplicate"
  | "plugin_gap"
  | "plugin_cycle"
  | "plugin_failed"
  | "plugin_timeout"
  | "plugin_task_failed"
  | "start_aborted"
  | "unavailable"
  | "unsupported"
  | "deadline_exceeded"
  | "closed"
  | "queue_full"
  | "address_in_use"
  | "address_unavailable"
  | "value_invalid"
  | "file_too_large"
> = defineErrors({
  config_invalid: {
    retryable: false,
    meaning: "The configuration has unknown keys, wrong types or values out of range.",
    remedy: "Correct the keys that the message lists; it names all of them.",
  },
  config_unreadable: {
    retryable: false,
    meaning: "A configuration file that was named cannot be read or parsed.",
    remedy: "Check the path, its permissions and the syntax at the line that the message names.",
  },
  plugin_duplicate: {
    retryable: false,
    meaning: "Two plugins have the same name, or provide the same token.",
    remedy: "Register each plugin once; rename one, or remove one of the providers.",
  },
  plugin_gap: {
    retryable: false,
    meaning: "A plugin requires something that no registered plugin provides.",
    remedy: "Register a plugin that provides the token that the message names.",
  },
  plugin_cycle: {
    retryable: false,
    meaning: "Plugins require one another in a circle.",
    remedy: "Break the circle that the message shows: move the shared part to a third plugin.",
  },
  plugin_failed: {
    retryable: false,
    meaning: "A plugin threw while it was initialised, started or closed.",
    remedy: "Read the cause. The plugins that were initialised are closed again.",
  },
  plugin_timeout: {
    retryable: false,
    meaning: "A plugin did not return from init, afterInit or close in time.",
    remedy: "Find out what the named plugin waits for, or raise its time limit.",
  },
  plugin_task_failed: {
    retryable: false,
    meaning: "A background task of a plugin threw.",
    remedy: "Read the cause. A fatal plugin stops the agent; any other has the status error.",
  },
  start_aborted: {
    retryable: false,
    meaning: "The start was interrupted by a signal or by a call of stop.",
    remedy: "Nothing to do. The plugins that were initialised are closed again.",
  },
  unavailable: {
    retryable: true,
    status: 503,
    meaning: "The plugin is disabled by configuration, or not connected now.",
    remedy: "Configure the plugin, or wait until its status is ok.",
  },
  unsupported: {
    retryable: false,
    status: 501,
    meaning: "The store or server does not have the requested capability.",
    remedy: "Check `capabilities` first, or use another store.",
  },
  deadline_exceeded: {
    retryable: true,
    status: 504,
    meaning: "An operation did not finish within its time limit.",
    remedy: "Retry; if it persists, check the peer named in the message.",
  },
  closed: {
    retryable: false,
    status: 503,
    meaning: "The object was used after it was closed.",
    remedy: "Create a new one.",
  },
  queue_full: {
    retryable: true,
    status: 503,
    meaning: "A bounded queue is full and its policy refuses new items.",
    remedy: "Slow down, or raise the bound that the message names.",
  },
  address_in_use: {
    retryable: false,
    meaning: "Another process already listens on the port.",
    remedy: "Stop the other process, or set another port with the key that the message names.",
  },
  address_unavailable: {
    retryable: false,
    meaning: "The address to listen on does not belong to this machine, or needs privileges.",
    remedy: "Set the host and port keys that the message names to an address the process may use.",
  },
  value_invalid: {
    retryable: false,
    status: 422,
    meaning: "A stored value or a message cannot be decoded.",
    remedy: "Correct the value at the key that the message names.",
  },
  file_too_large: {
    retryable: false,
    meaning: "A file that is read as a whole is larger than its limit.",
    remedy: "Check that the path in the message names the right file.",
  },
});
