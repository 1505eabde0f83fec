/**
 * The metric families of one agent.
 *
 * @module
 */
import type { MetricFamily, Sample } from "./family.ts";

/**
 * The metric families of one agent.
 *
 * @example
 * ```ts
 * import { gauge, MetricSet } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const metrics = new MetricSet();
 * using _ = metrics.add(gauge("queue_items", "Items in the queue.", () => 3));
 * assert.deepEqual(metrics.families().map(({ name }) => name), ["queue_items"]);
 * ```
 */
export class MetricSet {
  readonly #families = new Map<string, MetricFamily>();
  readonly #overflow: MetricFamily = Object.freeze({
    type: "counter",
    name: "metric_overflow_total",
    help: "Values counted in the overflow series because the metric has its most label sets.",
    collect: () => this.#overflows(),
  });

  /**
   * Adds families; disposing of the result removes them.
   *
   * @throws {TypeError} When a name is not a metric name or is taken, or when two families would expose the
   * same name in OpenMetrics, such as a gauge `x` and a counter `x_total`. Nothing is added then.
   */
  add(...families: MetricFamily[]): Disposable {
    const taken = this.#exposed();
    for (const family of families) {
      const { name } = family;
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
        throw new TypeError(
          `Cannot add metric "${name}": a name has letters, digits, "_" and ":" and begins with no digit`,
        );
      }
      for (const exposed of exposedNames(family)) {
        const other = taken.get(exposed);
        if (other === undefined) continue;
        throw new TypeError(
          other === name
            ? `Cannot add metric "${name}": the name is taken`
            : `Cannot add metric "${name}": both it and "${other}" are "${exposed}" in OpenMetrics; rename one`,
        );
      }
      for (const exposed of exposedNames(family)) taken.set(exposed, name);
    }
    for (const family of families) this.#families.set(family.name, family);
    return {
      [Symbol.dispose]: () => {
        for (const family of families) {
          if (this.#families.get(family.name) === family) this.#families.delete(family.name);
        }
      },
    };
  }

  /** All families in the order of their names. */
  families(): MetricFamily[] {
    const families = [...this.#families.values()];
    if (families.some(({ overflowed }) => overflowed)) families.push(this.#overflow);
    return families.sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** The names that the families use in OpenMetrics, each with the family that uses it. */
  #exposed(): Map<string, string> {
    const names = new Map<string, string>();
    for (const family of [this.#overflow, ...this.#families.values()]) {
      for (const name of exposedNames(family)) names.set(name, family.name);
    }
    return names;
  }

  *#overflows(): Iterable<Sample> {
    for (const { name, overflowed } of this.#families.values()) {
      if (overflowed) yield { labels: { metric: name }, value: overflowed() };
    }
  }
}

/** The family and sample names of a family in OpenMetrics, where a counter's family has no `_total`. */
function exposedNames({ type, name }: MetricFamily): string[] {
  if (type === "gauge") return [name];
  if (type === "histogram") {
    return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`, `${name}_created`];
  }
  const base = name.replace(/_total$/, "");
  return [base, `${base}_total`, `${base}_created`];
}
