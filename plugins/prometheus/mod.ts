/**
 * Metrics for Prometheus: renders the agent's metric families at `/metrics`, and those of further registries at their
 * own paths, in the text format or OpenMetrics.
 *
 * Each part counts in plain numbers and publishes families, which are read at each scrape. It does not push to a
 * gateway.
 *
 * @module
 */
export { type MetricRegistry, type PrometheusApi, prometheusToken } from "./api.ts";
export { type Exposition, type ExpositionFormat } from "./exposition.ts";
export { prometheus } from "./plugin.ts";
