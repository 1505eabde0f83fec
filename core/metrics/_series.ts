/**
 * The values of one metric by their label sets. The number of label sets is bounded: values of further sets
 * share one overflow series, whose label values are all `_overflow`.
 *
 * @module
 */

/** Label values by label name, for the labels `L` of a metric. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** Options of metrics with labels. */
export interface SeriesOptions<L extends string> {
  /** Names of the labels. Default: none. */
  labels?: readonly L[];
  /** Label sets kept at most, at least 1; further ones are counted in the overflow series. Default 100. */
  maxSeries?: number;
}

/** One label set with its value. */
export interface Series<V> {
  /** The label set; undefined for a metric without labels. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Current value. */
  readonly value: V;
}

const overflowValue = "_overflow";

/** All label sets of one metric. */
export class SeriesTable<L extends string, V> {
  readonly #names: readonly L[];
  readonly #maxSeries: number;
  readonly #create: () => V;
  readonly #series = new Map<string, Series<V>>();
  #overflow: Series<V> | undefined;
  #overflowed = 0;

  /**
   * Creates a table; one without labels has its only series from the start.
   *
   * @throws {TypeError} When a label name is not legal or is there twice.
   * @throws {RangeError} When `maxSeries` is not an integer of at least 1.
   */
  constructor(
    metric: string,
    { labels = [], maxSeries = 100 }: SeriesOptions<L>,
    create: () => V,
  ) {
    for (const [at, label] of labels.entries()) {
      if (!/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) || label === "le") {
        throw new TypeError(`Cannot create metric "${metric}": "${label}" is not a label name`);
      }
      if (labels.indexOf(label) !== at) {
        throw new TypeError(`Cannot create metric "${metric}": label "${label}" is there twice`);
      }
    }
    if (!Number.isInteger(maxSeries) || maxSeries < 1) {
      throw new RangeError(
        `Cannot create metric "${metric}" with maxSeries ${maxSeries}: must be an integer of at least 1`,
      );
    }
    this.#names = [...labels];
    this.#maxSeries = maxSeries;
    this.#create = create;
    if (labels.length === 0) this.#series.set("", { labels: undefined, value: create() });
  }

  /** Reads how many values were counted in the overflow series; undefined for a metric without labels. */
  overflowReader(): (() => number) | undefined {
    return this.#names.length > 0 ? () => this.#overflowed : undefined;
  }

  /** The series of a label set, created when the set is new and there is room. */
  at(labels: Labels<L> | undefined): Series<V> {
    const key = this.#key(labels);
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= this.#maxSeries) {
      this.#overflowed++;
      return this.#overflow ??= this.#new(() => overflowValue);
    }
    const series = this.#new((name) => labels![name]);
    this.#series.set(key, series);
    return series;
  }

  /** All series, the overflow series last. */
  *[Symbol.iterator](): Iterator<Series<V>> {
    yield* this.#series.values();
    if (this.#overflow) yield this.#overflow;
  }

  #new(valueOf: (name: L) => string): Series<V> {
    const labels = Object.fromEntries(this.#names.map((name) => [name, valueOf(name)]));
    return { labels: Object.freeze(labels), value: this.#create() };
  }

  /** The values with their lengths, so that no two label sets have the same key. */
  #key(labels: Labels<L> | undefined): string {
    let key = "";
    for (const name of this.#names) {
      const value = labels?.[name];
      if (value === undefined) throw new TypeError(`Cannot count without label "${name}"`);
      key += `${value.length}:${value}`;
    }
    return key;
  }
}
