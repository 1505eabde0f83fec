/**
 * Questions about errors of any origin.
 *
 * @module
 */
import { AgentError } from "./agent_error.ts";

/** Whether the error or one of its causes carries this code. */
export function hasCode(error: unknown, code: string): boolean {
  for (const link of causes(error)) {
    if (link instanceof AgentError && link.code === code) return true;
  }
  return false;
}

/** Whether the error is the abort of a signal and not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** The code of the error, or of the outermost of its causes that has one; undefined when none has. */
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

/** The error, then its causes, outermost first; at most ten, so that a circle ends. */
function* causes(error: unknown): Generator<unknown> {
  let link = error;
  for (let depth = 0; depth < 10 && link !== undefined && link !== null; depth++) {
    yield link;
    link = link instanceof Error ? link.cause : undefined;
  }
}
