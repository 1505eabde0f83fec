/**
 * The agent's own log: its console, its file beside those of the application, and its level, which `cim.json`
 * may change at run time. The loggers themselves and the format of a line belong to `core/log`; rotation and
 * limits of the file belong to `cim/logs`.
 *
 * @module
 */
export { consoleLog, type ConsoleLogOptions, consoleSinkToken } from "./console.ts";
export { ownLog, ownLogSink } from "./file.ts";
export { logLevel } from "./level.ts";
