/**
 * Monitoring: the JSON reports of nats-server's monitoring port, their routes on the REST port, and metrics. It only
 * reads the state of the server.
 *
 * @module
 */
export { ClosedConnections } from "./closed_connections.ts";
export { recordOf, type Report } from "./connection_record.ts";
export { type ConnzOptions, type ConnzSort, connzSorts } from "./connz.ts";
export { type MetricsSource, serverMetrics } from "./metrics.ts";
export { Monitor, type SubszOptions } from "./monitoring.ts";
export { monitoringRoutes } from "./routes.ts";
