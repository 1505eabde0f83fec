/**
 * `cim demo`: the agent and a sample application as two processes, and each promise observed from outside
 * of both: over HTTP, in the store, in the files, in what the processes print and return. Nothing here
 * looks into the agent, and nothing outlives the command but its folder when something went wrong.
 *
 * @module
 */
export { demoCommand, type DemoOptions } from "./demo_command.ts";
