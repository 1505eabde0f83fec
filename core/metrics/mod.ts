/**
 * Metrics of the agent and its plugins, read when they are scraped. This folder renders and serves nothing;
 * `plugins/prometheus` does.
 *
 * @module
 */
export { type Labels, type SeriesOptions } from "./_series.ts";
export type {
  FamilyBase,
  HistogramFamily,
  HistogramSample,
  MetricFamily,
  Sample,
  ValueFamily,
} from "./family.ts";
export {
  type Counter,
  counter,
  type Gauge,
  gauge,
  type Histogram,
  histogram,
  type LabelArguments,
  type MetricOptions,
} from "./instruments.ts";
export { MetricSet } from "./metric_set.ts";
