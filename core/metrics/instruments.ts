/**
 * Counters, gauges and histograms, with or without labels. Each is a metric family, so it is added to the
 * metrics of a plugin as it is.
 *
 * @module
 */
import { type Labels, type SeriesOptions, SeriesTable } from "./_series.ts";
import type { HistogramFamily, Sample, ValueFamily } from "./family.ts";

/** The labels of one value: no argument for a metric without labels. */
export type LabelArguments<L extends string> = [L] extends [never] ? [] : [labels: Labels<L>];

/** Options of a metric that keeps its own values. */
export type MetricOptions<L extends string> = SeriesOptions<L>;

/** A counter that keeps its own values. */
export interface Counter<L extends string = never> extends ValueFamily {
  /** Adds an amount of at least 0. @throws {RangeError} When the amount is negative or not a number. */
  add(amount: number, ...labels: LabelArguments<L>): void;
}

/** A gauge that keeps its own values. */
export interface Gauge<L extends string = never> extends ValueFamily {
  /** Replaces the value. */
  set(value: number, ...labels: LabelArguments<L>): void;
  /** Adds an amount, which may be negative. */
  add(amount: number, ...labels: LabelArguments<L>): void;
}

/** A histogram. */
export interface Histogram<L extends string = never> extends HistogramFamily {
  /** Counts one observation. */
  observe(value: number, ...labels: LabelArguments<L>): void;
}

/** A counter that is read at each scrape. A function that returns several samples bounds their number. */
export function counter(
  name: string,
  help: string,
  read: () => Iterable<Sample> | number,
): ValueFamily;
/**
 * A counter that keeps its own values.
 *
 * @example
 * ```ts
 * import { counter } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const printed = counter("pages_total", "Pages printed.", { labels: ["printer"] });
 * printed.add(3, { printer: "laser" });
 * assert.deepEqual([...printed.collect() as Iterable<unknown>], [
 *   { labels: { printer: "laser" }, value: 3 },
 * ]);
 * ```
 */
export function counter<const L extends string = never>(
  name: string,
  help: string,
  options?: MetricOptions<L>,
): Counter<L>;
export function counter<L extends string>(
  name: string,
  help: string,
  source: (() => Iterable<Sample> | number) | MetricOptions<L> = {},
): ValueFamily | Counter<L> {
  if (typeof source === "function") return { type: "counter", name, help, collect: source };
  const table = new SeriesTable<L, { sum: number }>(name, source, () => ({ sum: 0 }));
  return {
    type: "counter",
    name,
    help,
    collect: () => samplesOf(table),
    overflowed: table.overflowReader(),
    add(amount, ...[labels]) {
      if (!(amount >= 0)) {
        throw new RangeError(`Cannot add ${amount} to counter ${name}: must be 0 or more`);
      }
      table.at(labels).value.sum += amount;
    },
  };
}

/** A gauge that is read at each scrape. A function that returns several samples bounds their number. */
export function gauge(
  name: string,
  help: string,
  read: () => Iterable<Sample> | number,
): ValueFamily;
/** A gauge that keeps its own values. */
export function gauge<const L extends string = never>(
  name: string,
  help: string,
  options?: MetricOptions<L>,
): Gauge<L>;
export function gauge<L extends string>(
  name: string,
  help: string,
  source: (() => Iterable<Sample> | number) | MetricOptions<L> = {},
): ValueFamily | Gauge<L> {
  if (typeof source === "function") return { type: "gauge", name, help, collect: source };
  const table = new SeriesTable<L, { sum: number }>(name, source, () => ({ sum: 0 }));
  return {
    type: "gauge",
    name,
    help,
    collect: () => samplesOf(table),
    overflowed: table.overflowReader(),
    set(value, ...[labels]) {
      table.at(labels).value.sum = value;
    },
    add(amount, ...[labels]) {
      table.at(labels).value.sum += amount;
    },
  };
}

/**
 * A histogram that keeps its own values.
 *
 * @param bounds Upper bounds of the buckets, ascending; a last bucket without bound is added.
 * @throws {RangeError} When there are no bounds, or they are not ascending numbers.
 *
 * @example
 * ```ts
 * import { histogram } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const waits = histogram("wait_seconds", "Time in the queue.", [0.1, 1]);
 * waits.observe(0.05);
 * waits.observe(2);
 * const [{ counts, sum }] = waits.collect();
 * assert.deepEqual([Array.from(counts), sum], [[1, 0, 1], 2.05]);
 * ```
 */
export function histogram<const L extends string = never>(
  name: string,
  help: string,
  bounds: readonly number[],
  options: MetricOptions<L> = {},
): Histogram<L> {
  const isAscending = bounds.every((bound, at) =>
    Number.isFinite(bound) && (at === 0 || bound > bounds[at - 1])
  );
  if (bounds.length === 0 || !isAscending) {
    throw new RangeError(
      `Cannot create histogram ${name} with bounds [${bounds}]: must be one or more ascending numbers`,
    );
  }
  const own = Object.freeze([...bounds]);
  const table = new SeriesTable<L, { counts: Float64Array; sum: number }>(name, options, () => ({
    counts: new Float64Array(own.length + 1),
    sum: 0,
  }));
  return {
    type: "histogram",
    name,
    help,
    *collect() {
      for (const { labels, value: { counts, sum } } of table) {
        yield { ...(labels && { labels }), bounds: own, counts, sum };
      }
    },
    overflowed: table.overflowReader(),
    observe(value, ...[labels]) {
      const series = table.at(labels).value;
      series.counts[bucketOf(own, value)]++;
      series.sum += value;
    },
  };
}

function* samplesOf(table: Iterable<SampleSource>): Iterable<Sample> {
  for (const { labels, value: { sum } } of table) yield { ...(labels && { labels }), value: sum };
}

/** What {@linkcode samplesOf} needs of a series. */
interface SampleSource {
  readonly labels: Sample["labels"];
  readonly value: { readonly sum: number };
}

/** Index of the first bucket whose bound the value does not exceed; the last one has no bound. */
function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= bounds[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}
