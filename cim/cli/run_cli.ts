import { addChangesCommand } from "./changes_command.ts";
import type { Command } from "./command.ts";
import { CommandLine } from "./command_line.ts";
import { takePluginPaths } from "./config_options.ts";
import { addConfigCommands } from "./config_command.ts";
import { addDeadLettersCommands } from "./dead_letters_command.ts";
import { addDemoCommand } from "./demo_command.ts";
import { addEventsCommands } from "./events_command.ts";
import { exitCode, reportFailure } from "./exit_code.ts";
import { addHelpCommand } from "./help_command.ts";
import type { CliIo } from "./io.ts";
import { addKvCommands } from "./kv_command.ts";
import { addRunCommand } from "./run_command.ts";
import { addSampleAppCommand } from "./sample_app_command.ts";
import { addSpoolCommands } from "./spool_command.ts";
import { addStatusCommand } from "./status_command.ts";
import { addTapCommand } from "./tap_command.ts";
import { addValidateCommand } from "./validate_command.ts";
import { addVersionCommand } from "./version_command.ts";

/** Every command, in the order of the help. */
const commands: readonly ((line: CommandLine) => void)[] = [
  addRunCommand,
  addDemoCommand,
  addValidateCommand,
  addConfigCommands,
  addStatusCommand,
  addChangesCommand,
  addKvCommands,
  addEventsCommands,
  addSpoolCommands,
  addDeadLettersCommands,
  addTapCommand,
  addVersionCommand,
  addHelpCommand,
  addSampleAppCommand,
];

/** A command with its arguments and its description, for the README. */
export interface CommandDescription {
  /** Its name with those of the commands above and its arguments, such as `cim kv put <key> <value>`. */
  readonly call: string;
  /** What it does. */
  readonly summary: string;
}

/** Every command that does something, in the order of the help, without hidden ones. */
export function describeCommands(io: CliIo): CommandDescription[] {
  return leaves(commandLine(io, {}).program).map(({ call, summary }) => ({ call, summary }));
}

function leaves(command: Command): Command[] {
  const shown = command.commands.filter(({ isHidden }) => !isHidden);
  return shown.flatMap((child) => child.commands.length > 0 ? leaves(child) : [child]);
}

function commandLine(io: CliIo, pluginPaths: Readonly<Record<string, string>>): CommandLine {
  const line = new CommandLine(io, pluginPaths, runCli);
  for (const add of commands) add(line);
  return line;
}

/**
 * Runs one command line and resolves to the exit code: 0 success, 1 failure, 2 wrong usage, 3 invalid
 * configuration. It never rejects; errors are printed on `io.err`.
 *
 * @example
 * ```ts
 * import { processIo, runCli } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { signal } = new AbortController();
 * const lines: string[] = [];
 * const io = { ...processIo(signal, signal), out: (line: string) => lines.push(line) };
 * assert.equal(await runCli(["version"], io), 0);
 * assert.match(lines[0], /^cim \d/);
 * ```
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const { rest, pluginPaths } = takePluginPaths(args);
    return await commandLine(io, pluginPaths).execute(rest);
  } catch (error) {
    if (!io.stop.aborted || error !== io.stop.reason) return reportFailure(error, io);
    io.err(`cim: stopped by ${io.stop.reason}`);
    return exitCode.failed;
  }
}
