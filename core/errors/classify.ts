/**
 * Functions that classify and describe errors of any type.
 *
 * @module
 */
import { AgentError } from "./agent_error.ts";

/**
 * Whether the error or one of its causes has this code.
 *
 * @example
 * ```ts
 * import { AgentError, describeError, errorCode, hasCode, isAbort } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const cause = new AgentError("unavailable", "Cannot reach etcd: connection refused");
 * const error = new Error("Cannot read key a", { cause });
 * assert(hasCode(error, "unavailable"));
 * assert.equal(errorCode(error), "unavailable");
 * assert.equal(describeError(error), "Cannot read key a: Cannot reach etcd: connection refused");
 * assert(!isAbort(error));
 * ```
 */
export function hasCode(error: unknown, code: string): boolean {
  for (const link of causes(error)) {
    if (link instanceof AgentError && link.code === code) return true;
  }
  return false;
}

/** Whether the error is the abort of a signal. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** The code of the error, or of the first of its causes that has one; undefined without a code. */
export function errorCode(error: unknown): string | undefined {
  for (const link of causes(error)) {
    if (link instanceof AgentError) return link.code;
  }
  return undefined;
}

/** The text of an error for a log line: its message and those of its causes, without stacks. */
export function describeError(error: unknown): string {
  const texts: string[] = [];
  for (const link of causes(error)) {
    const text = link instanceof Error ? link.message || link.name : String(link);
    if (!texts.some((earlier) => earlier.includes(text))) texts.push(text);
  }
  return texts.join(": ");
}

/** The error and its causes, outermost first; at most ten, so that a cycle of causes ends. */
function* causes(error: unknown): Generator<unknown> {
  let link = error;
  for (let depth = 0; depth < 10 && link !== undefined && link !== null; depth++) {
    yield link;
    link = link instanceof Error ? link.cause : undefined;
  }
}
