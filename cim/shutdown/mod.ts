/**
 * Shutdown of the application before the agent: requests it, waits for the report, and drains the messages that are
 * in flight; then the other plugins close in reverse order. One deadline covers all steps.
 *
 * This folder never deletes the pod, never exits the process and never exceeds its time budget.
 *
 * @module
 */
export { appWaitMs, drainWaitMs, shutdownBudgetMs, shutdownFields } from "./budget.ts";
export { shutdown } from "./plugin.ts";
export { type AppShutdownResult, shutDownApp, type ShutDownAppOptions } from "./shut_down_app.ts";
