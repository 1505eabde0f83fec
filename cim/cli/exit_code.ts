import { AgentError, describeError, errorCode, hasCode } from "../../core/errors/mod.ts";
import { printable, redactText } from "../../core/log/mod.ts";
import type { CliIo } from "./io.ts";

/** Exit codes of the process. */
export const exitCode = Object.freeze({ fine: 0, failed: 1, usage: 2, badConfiguration: 3 });

/** The command line itself is wrong: the process ends with {@linkcode exitCode}`.usage`. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Codes that only say which step failed; the code of the cause says more. */
const stepCodes: readonly string[] = ["plugin_failed", "plugin_task_failed"];

/** Prints `cim: <text> (<code>)` for each error and returns the exit code. */
export function reportFailure(error: unknown, io: Pick<CliIo, "err">): number {
  if (error instanceof UsageError) {
    io.err(`cim: ${printableLines(error.message)}`);
    return exitCode.usage;
  }
  const parts = error instanceof AggregateError ? error.errors : [error];
  for (const text of new Set(parts.map(failureText))) io.err(`cim: ${printableLines(text)}`);
  return codeOf(error instanceof AggregateError ? error.cause ?? error.errors[0] : error);
}

/** The lines of a text from an agent, a file or a command line, each safe for a terminal. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/**
 * The text of an error without user information of URLs, and the most specific code. An error with this code
 * that says what cannot be done is told without the step around it, and without its causes if it tells a remedy: the
 * log has the whole chain.
 */
export function failureText(error: unknown): string {
  const { code, link } = specific(error);
  const message = link instanceof Error && link.message.startsWith("Cannot ") ? link.message : "";
  const told = message.includes("; ") ? message : describeError(message === "" ? error : link);
  const text = redactText(told).replace(systemNumber, "")
    .replace(systemCall, (call, path, at, all) => all.slice(0, at).includes(path) ? "" : call);
  if (code === undefined) return text;
  // A list of problems follows the first line, so the code stands at its end.
  const [first, ...rest] = text.split("\n");
  if (rest.length === 0) return `${first} (${code})`;
  return [`${first.replace(/:$/, "")} (${code}):`, ...rest].join("\n");
}

/** The number of a system error; the text before it says what it means. */
const systemNumber = / \(os error \d+\)/g;

/** The call of the system that failed. Its path is told if no text before it has the path. */
const systemCall = /: \w+ '([^']*)'/g;

/** The first error of the chain of causes that has a code of its own; else the error with the code that it has. */
function specific(error: unknown): { readonly code?: string; readonly link: unknown } {
  let link = error;
  for (let depth = 0; depth < 10 && link instanceof Error; depth++) {
    if (link instanceof AgentError && !stepCodes.includes(link.code)) {
      return { code: link.code, link };
    }
    link = link.cause;
  }
  return { code: errorCode(error), link: error };
}

function codeOf(error: unknown): number {
  return hasCode(error, "config_invalid") || hasCode(error, "config_unreadable")
    ? exitCode.badConfiguration
    : exitCode.failed;
}
