/**
 * Metrics as the parts of the agent offer them: a family is read when somebody scrapes, so that hot
 * paths count in plain numbers and pay nothing. `plugins/prometheus` renders them.
 *
 * @module
 */

/** A value with its labels. */
export interface Sample {
  /** Names and values; the same names in all samples of a family. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The value now. */
  readonly value: number;
}

/** A histogram with its labels. `counts[i]` counts observations up to `bounds[i]`, not cumulated. */
export interface HistogramSample {
  /** Names and values; the same names in all samples of a family. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Upper bounds, rising; what exceeds the last is counted beyond them. */
  readonly bounds: readonly number[];
  /** One more than there are bounds: the last is what exceeded them all. */
  readonly counts: ArrayLike<number>;
  /** Sum of all observations. */
  readonly sum: number;
}

/** A metric with all its label sets. The number of label sets must be bounded by its owner. */
export type MetricFamily =
  | {
    readonly type: "counter" | "gauge";
    readonly name: string;
    readonly help: string;
    readonly collect: () => Iterable<Sample> | number;
  }
  | {
    readonly type: "histogram";
    readonly name: string;
    readonly help: string;
    readonly collect: () => Iterable<HistogramSample>;
  };

/** The metric families of one agent. */
export class MetricSet {
  readonly #families = new Map<string, MetricFamily>();

  /**
   * Adds families; disposing of the result removes them.
   *
   * @throws {TypeError} When a name is not a metric name or is taken.
   */
  add(...families: MetricFamily[]): Disposable {
    const added = new Set<string>();
    for (const { name } of families) {
      if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
        throw new TypeError(`Cannot add metric "${name}": not a metric name`);
      }
      if (this.#families.has(name) || added.has(name)) {
        throw new TypeError(`Cannot add metric "${name}": the name is taken`);
      }
      added.add(name);
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
    return [...this.#families.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }
}

/** A counter family over one plain number. */
export function counter(name: string, help: string, read: () => number): MetricFamily {
  return { type: "counter", name, help, collect: read };
}

/** A gauge family over one plain number. */
export function gauge(name: string, help: string, read: () => number): MetricFamily {
  return { type: "gauge", name, help, collect: read };
}
