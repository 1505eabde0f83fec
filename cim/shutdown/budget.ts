/**
 * How the pod's grace period is divided: the application has until three seconds before its end, the
 * agent itself until one second before.
 *
 * @module
 */
import { type ConfigSources, duration, readSection } from "../../core/mod.ts";

/** The section `shutdown`. */
export const shutdownFields = {
  graceMs: duration({
    doc: "The pod's termination grace period: after it the process is killed.",
    default: 30_000,
    min: 0,
    max: 86_400_000,
  }),
};

const agentReserveMs = 1_000;
const drainReserveMs = 2_000;

/** Budget of the agent's stop; the default grace period counts when the section is bad. */
export function shutdownBudgetMs(sources: ConfigSources): number {
  const { values } = readSection("shutdown", shutdownFields, sources);
  const graceMs = values?.graceMs ?? shutdownFields.graceMs.default;
  return Math.max(agentReserveMs, graceMs - agentReserveMs);
}

/**
 * What the application gets of a budget, the rest is for draining: all but two seconds, and of a small
 * budget half.
 */
export function appWaitMs(budgetMs: number): number {
  return Math.max(budgetMs - drainReserveMs, budgetMs / 2, 0);
}
