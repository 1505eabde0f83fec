/**
 * What parts of the agent count, read at scrape time. It renders nothing and serves nothing.
 *
 * @module
 */
export {
  counter,
  gauge,
  type HistogramSample,
  type MetricFamily,
  MetricSet,
  type Sample,
} from "./metrics.ts";
