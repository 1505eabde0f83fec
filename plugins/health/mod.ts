/**
 * Probes and status: `/liveness`, `/readiness`, `/api/v1/status`, and the registry `/health` for Prometheus.
 *
 * The plugins report their states to the agent's status board; this plugin only publishes them. Liveness says that
 * the process can make progress and depends on nothing outside it: an outage of a store must not make an orchestrator
 * restart the agent. Readiness says that every plugin, except those named in `health.non_fatal`, is ok, degraded or
 * disabled.
 *
 * @module
 */
export { health, type HealthOptions } from "./plugin.ts";
