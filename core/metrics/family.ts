/**
 * Metric families: a name, a type and a function that returns the values. The function is called when
 * metrics are scraped, so that hot paths count in plain numbers and pay nothing.
 *
 * @module
 */

/** One value of a counter or a gauge. */
export interface Sample {
  /** Names and values of the labels; the same names in all samples of a family. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Value at the time of the scrape. */
  readonly value: number;
}

/** One histogram. `counts[i]` counts observations above `bounds[i - 1]` and up to `bounds[i]`. */
export interface HistogramSample {
  /** Names and values of the labels; the same names in all samples of a family. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Upper bounds of the buckets, ascending; a last bucket without bound is implied. */
  readonly bounds: readonly number[];
  /** Observations per bucket, not cumulated; one more than there are bounds. */
  readonly counts: ArrayLike<number>;
  /** Sum of all observations. */
  readonly sum: number;
}

/** What all families have. */
export interface FamilyBase {
  /** Name of the metric. Letters, digits, `_` and `:`; a counter ends in `_total`. */
  readonly name: string;
  /** What the metric counts, in one sentence. */
  readonly help: string;
  /** Values counted in the overflow series so far. Only metrics with bounded label sets have it. */
  readonly overflowed?: () => number;
}

/** A counter or a gauge with all its label sets. The owner of the family bounds their number. */
export interface ValueFamily extends FamilyBase {
  /** A counter only rises; a gauge goes up and down. */
  readonly type: "counter" | "gauge";
  /** Called at each scrape. A number stands for one sample without labels. */
  readonly collect: () => Iterable<Sample> | number;
}

/** A histogram with all its label sets. The owner of the family bounds their number. */
export interface HistogramFamily extends FamilyBase {
  /** Counts observations in buckets. */
  readonly type: "histogram";
  /** Called at each scrape. */
  readonly collect: () => Iterable<HistogramSample>;
}

/** A metric with all its label sets. */
export type MetricFamily = ValueFamily | HistogramFamily;
