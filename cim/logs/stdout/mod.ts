/**
 * The destination STDOUT: the standard output of the agent, one line for each record, in the JSON envelope or
 * as it is. It has no file and does not rotate anything.
 *
 * @module
 */
export { StdoutLines, type StdoutLinesOptions } from "./stdout_lines.ts";
export { type ByteSink, StdoutSender } from "./stdout_sender.ts";
