/**
 * The command line: what an operator types, and what is printed and returned for it. Commands answer on
 * standard output, logs and errors go to standard error; exit codes are 0 fine, 1 failed, 2 usage, 3 bad
 * configuration. It decides nothing about the agent, and it never exits the process: `main.ts` does.
 * Everything heavy is loaded by the command that needs it.
 *
 * @module
 */
export { cliErrors } from "./errors.ts";
export { type CliIo, processIo } from "./io.ts";
export { runCli } from "./run_cli.ts";
