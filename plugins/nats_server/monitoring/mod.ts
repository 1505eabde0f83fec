/**
 * Monitoring: the JSON reports of nats-server's monitoring port, their routes on the REST port, and metrics. It only
 * reads the state of the server.
 *
 * @module
 */
export { type MetricsSource, serverMetrics } from "./metrics.ts";
export {
  type ConnzOptions,
  type ConnzSort,
  connzSorts,
  Monitor,
  type Report,
} from "./monitoring.ts";
export { monitoringRoutes } from "./routes.ts";
