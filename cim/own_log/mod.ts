/**
 * The level of the agent's own log as `cim.json` wants it. It decides nothing about where the log goes.
 *
 * @module
 */
export { logLevel } from "./level.ts";
