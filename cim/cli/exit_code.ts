import { describeError, hasCode } from "../../core/errors/mod.ts";
import type { CliIo } from "./io.ts";

/** What the process returns. */
export const exitCode = Object.freeze({ fine: 0, failed: 1, usage: 2, badConfiguration: 3 });

/** The operator asked for something that cannot be asked for. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Tells what went wrong and gives the exit code for it. */
export function reportFailure(error: unknown, io: CliIo): number {
  if (error instanceof UsageError) {
    io.err(`cim: ${error.message}`);
    return exitCode.usage;
  }
  if (error instanceof AggregateError) {
    for (const part of error.errors) io.err(`cim: ${describeError(part)}`);
    return codeOf(error.cause ?? error.errors[0]);
  }
  io.err(`cim: ${describeError(error)}`);
  return codeOf(error);
}

function codeOf(error: unknown): number {
  return hasCode(error, "config_invalid") || hasCode(error, "config_unreadable")
    ? exitCode.badConfiguration
    : exitCode.failed;
}
