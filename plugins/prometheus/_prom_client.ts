/**
 * The one place where prom-client enters: rendering. Loaded at the first scrape, since an agent that nobody
 * scrapes should neither wait for it nor hold it.
 *
 * @module
 */
import { type Metric, Registry, type RegistryContentType } from "npm:prom-client@15.1.3";
import type { CollectedFamily, Exposition, ExpositionFormat } from "./exposition.ts";

/** A value as prom-client's registry prints it. */
interface PrintedValue {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Renders families that have been collected. */
export async function render(
  families: readonly CollectedFamily[],
  format: ExpositionFormat,
): Promise<Exposition> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    format === "text" ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE,
  );
  for (const family of families) registry.registerMetric(printable(family));
  return { contentType: registry.contentType, body: await registry.metrics() };
}

/** What the registry reads of a metric: name, type and `get`. Its own classes cannot take a finished histogram. */
function printable(family: CollectedFamily): Metric {
  const { type, help } = family;
  const metric = {
    name: family.name,
    type,
    help,
    get() {
      // OpenMetrics: the registry takes the suffix off the name of a counter before it asks.
      return Promise.resolve({ name: metric.name, help, type, values: valuesOf(family) });
    },
  };
  return metric as unknown as Metric;
}

function valuesOf(family: CollectedFamily): PrintedValue[] {
  if (family.type !== "histogram") {
    return family.samples.map(({ labels = {}, value }) => ({ labels, value }));
  }
  const { name } = family;
  return family.samples.flatMap(({ labels = {}, bounds, counts, sum }) => {
    const values: PrintedValue[] = [];
    let cumulated = 0;
    for (let at = 0; at <= bounds.length; at++) {
      cumulated += counts[at];
      const le = at < bounds.length ? bounds[at] : "+Inf";
      values.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: cumulated });
    }
    values.push({ metricName: `${name}_sum`, labels, value: sum });
    values.push({ metricName: `${name}_count`, labels, value: cumulated });
    return values;
  });
}
