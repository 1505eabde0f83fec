import { AgentError, describeError, hasCode } from "../../core/errors/mod.ts";
import { redactText } from "../../core/log/mod.ts";
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
    io.err(`cim: ${error.message}`);
    return exitCode.usage;
  }
  const parts = error instanceof AggregateError ? error.errors : [error];
  for (const text of new Set(parts.map(failureText))) io.err(`cim: ${text}`);
  return codeOf(error instanceof AggregateError ? error.cause ?? error.errors[0] : error);
}

/** The text of an error with its causes, without user information of URLs, and the most specific code. */
export function failureText(error: unknown): string {
  const code = specificCode(error);
  const text = redactText(describeError(error));
  if (code === undefined) return text;
  // A list of problems follows the first line, so the code stands at its end.
  const [first, ...rest] = text.split("\n");
  if (rest.length === 0) return `${first} (${code})`;
  return [`${first.replace(/:$/, "")} (${code}):`, ...rest].join("\n");
}

function specificCode(error: unknown): string | undefined {
  const codes: string[] = [];
  let link = error;
  for (let depth = 0; depth < 10 && link instanceof Error; depth++) {
    if (link instanceof AgentError) codes.push(link.code);
    link = link.cause;
  }
  return codes.find((code) => !stepCodes.includes(code)) ?? codes[0];
}

function codeOf(error: unknown): number {
  return hasCode(error, "config_invalid") || hasCode(error, "config_unreadable")
    ? exitCode.badConfiguration
    : exitCode.failed;
}
