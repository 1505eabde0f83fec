/**
 * Divides the grace period of the pod: the application has until three seconds before its end, the agent until one
 * second before its end.
 *
 * @module
 */
import { type ConfigSources, duration, readSection } from "../../core/mod.ts";

/** Fields of the section `shutdown`. */
export const shutdownFields = {
  graceMs: duration({
    doc: "Termination grace period of the pod. The agent stops one second before its end.",
    default: 30_000,
    min: 0,
    max: 86_400_000,
  }),
};

const agentReserveMs = 1_000;
const drainReserveMs = 2_000;

/** Time in milliseconds that the stop of the agent may take. An invalid section counts as the default. */
export function shutdownBudgetMs(sources: ConfigSources): number {
  const { values } = readSection("shutdown", shutdownFields, sources);
  const graceMs = values?.graceMs ?? shutdownFields.graceMs.default;
  return Math.max(agentReserveMs, graceMs - agentReserveMs);
}

/**
 * Time in milliseconds that the application gets of a budget: all but two seconds, or half of a budget below four
 * seconds. The rest is for draining.
 */
export function appWaitMs(budgetMs: number): number {
  return Math.max(budgetMs - drainReserveMs, budgetMs / 2, 0);
}

/**
 * Time in milliseconds that clients get to disconnect after the application had its time: half of what is left. The
 * other half is for writing what the agent holds.
 */
export function drainWaitMs(leftMs: number): number {
  return Math.max(leftMs / 2, 0);
}
