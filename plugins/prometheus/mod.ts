/**
 * Metrics for Prometheus: renders the agent's metric families at `/metrics`, and those of further registries
 * at paths of their own, in the text format or OpenMetrics.
 *
 * It counts nothing on behalf of others: parts count in plain numbers and publish families, which are read
 * when somebody scrapes. It pushes to no gateway.
 *
 * @module
 */
export { type MetricRegistry, type PrometheusApi, prometheusToken } from "./api.ts";
export { prometheus } from "./plugin.ts";
