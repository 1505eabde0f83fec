/**
 * Rendering with prom-client; the only file that imports it. Loaded at the first scrape, so that an agent without
 * scrapes neither waits for the library nor holds it in memory.
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

/** Renders collected families. */
export async function render(
  families: readonly CollectedFamily[],
  format: ExpositionFormat,
): Promise<Exposition> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    format === "text" ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE,
  );
  for (const family of families) registry.registerMetric(printable(family));
  const body = new TextEncoder().encode(await registry.metrics());
  return { contentType: registry.contentType, body };
}

/** The members that the registry reads of a metric. prom-client's own classes cannot represent a finished histogram. */
function printable(family: CollectedFamily): Metric {
  const { type, help } = family;
  const metric = {
    name: family.name,
    type,
    help,
    get() {
      // For OpenMetrics the registry removes `_total` from `metric.name` before it calls this.
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
