/**
 * Presets: functions that return plugins which are often used together. Presets are disjoint, so that they
 * can be combined, and each call creates new plugins, so that agents share nothing. A plugin without its
 * configuration starts disabled.
 *
 * | Preset | Plugin | Provides | Section |
 * |---|---|---|---|
 * | {@linkcode local} | `serviceLabelPlugin()` | the name of the agent and its key prefix | `service_label` |
 * | {@linkcode local} | `localkv()` | the embedded key-value store | `localkv` |
 * | {@linkcode rpc} | `http()` | the HTTP port and the registry of routes | `rest` |
 * | {@linkcode rpc} | `prometheus()` | metrics for scraping at `/metrics` | `metrics` |
 * | {@linkcode rpc} | `health()` | liveness and readiness probes | `health` |
 * | {@linkcode connectors} | `etcd()` | etcd as a key-value store | `etcd` |
 * | {@linkcode connectors} | `kafka()` | producers for Kafka | `kafka` |
 * | {@linkcode connectors} | `kubernetes()` | the client of the Kubernetes API | `kubernetes` |
 * | {@linkcode connectors} | `natsServer()` | the embedded NATS server | `nats` |
 * | {@linkcode connectors} | `nats()` | the client of an external NATS server | `nats` |
 *
 * @module
 */
export { connectors } from "./connectors.ts";
export { local } from "./local.ts";
export { rpc } from "./rpc.ts";
