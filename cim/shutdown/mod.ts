/**
 * The end: the application is asked to shut down and waited for, then the messages that are still under way
 * are taken in, and only then the other parts close in reverse order. One deadline covers all of it.
 *
 * It never deletes the pod, never exits the process and never makes the agent wait beyond its budget.
 *
 * @module
 */
export { appWaitMs, shutdownBudgetMs, shutdownFields } from "./budget.ts";
export { shutdown } from "./plugin.ts";
export { type AppShutdownResult, shutDownApp, type ShutDownAppOptions } from "./shut_down_app.ts";
