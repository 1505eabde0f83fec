/**
 * Probes and status: `/liveness`, `/readiness`, `/api/v1/status`, and the registry `/health` for Prometheus.
 *
 * It decides nothing: states come from the plugins through the agent's status board. Liveness means that the
 * process can make progress and does not depend on anything outside; an outage of a store must not make an
 * orchestrator restart the agent. Readiness means that all plugins that count are ok.
 *
 * @module
 */
export { health, type HealthOptions } from "./plugin.ts";
