/**
 * `cim demo`: runs the agent and a sample application and checks each promised behaviour from outside: over HTTP, in
 * the store, in the files, in the output and the exit codes. It uses no internals of the agent. The temporary folder
 * is kept only when a step failed.
 *
 * @module
 */
export { type DemoOptions, runDemo } from "./run_demo.ts";
