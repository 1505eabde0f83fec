/**
 * The command line. Commands print results on standard output, and problems, progress and the log on standard
 * error. Exit codes: 0 success, 1 failure, 2 wrong usage, 3 invalid configuration.
 *
 * Each `<name>_command.ts` adds one command with its options and help text, and imports the code that does the work
 * only when the command is chosen, so that no command loads the code of another. Nothing here exits the process or
 * listens to signals: `main.ts` does.
 *
 * @module
 */
export { cliErrors } from "./errors.ts";
export { type CliIo, type ProcessIo, processIo } from "./io.ts";
export { type CommandDescription, describeCommands, runCli } from "./run_cli.ts";
