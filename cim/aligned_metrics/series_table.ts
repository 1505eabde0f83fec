/**
 * Families and series of all stored samples. A series is found by its text in the scrape of its source, so that a
 * scrape that says the same as the one before costs one look-up per sample.
 *
 * Other work goes on while a scrape is read, such as dropping old buckets. So a scrape uses its series from the sample
 * on, and hands this use over to the bucket that they go to.
 *
 * @module
 */
import { ExpositionLimitError, type FamilyType, seriesParts } from "./exposition_text.ts";

/** A metric family. */
export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** Series by the names of their labels, as one text. */
  readonly labelSets: Map<string, number>;
}

/** One series of one source. */
export interface Series {
  readonly family: Family;
  /** Name of its samples, such as `requests_bucket`. */
  readonly name: string;
  /** Labels with `source_port` and without `aligned_ts`, as they are printed. */
  readonly labels: string;
  /** The same with the numbers in `le` and `quantile` as OpenMetrics wants them. */
  readonly strictLabels: string;
  /** Names of the labels but for `le` and `quantile`, joined by commas. */
  readonly labelNames: string;
  /** Labels without `le` and `quantile`: samples with the same ones belong together. */
  readonly group: string;
  /** Estimate of the memory that it takes, in bytes. */
  readonly bytes: number;
  readonly source: string;
  readonly key: string;
  /** Buckets, and at most one scrape in progress, that have a sample of it. */
  users: number;
  /** The scrape that met it last. */
  lastScrape: number;
  /** Its place in that scrape. */
  place: number;
}

/** Samples of one scrape. */
export interface ScrapedSamples {
  readonly series: Series[];
  readonly values: number[];
  /** Families left out because another source has them with another type. */
  readonly conflicts: number;
}

const reserved: ReadonlySet<string> = new Set(["source_port", "aligned_ts"]);
const seriesOverheadBytes = 300;

/** Families and series that samples refer to. */
export class SeriesTable {
  readonly #families = new Map<string, Family>();
  readonly #sources = new Map<string, Map<string, Series>>();
  #scrapes = 0;
  #bytes = 0;

  /** Estimate of the memory of all series, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins to read a scrape of a source, with at most so many samples, and so many described families. */
  scrape(source: string, maxSamples: number): Scrape {
    const known = this.#sources.get(source) ?? new Map();
    this.#sources.set(source, known);
    return new Scrape(this, source, { known, id: ++this.#scrapes, maxSamples });
  }

  /** The family of that name. */
  family(name: string): Family | undefined {
    return this.#families.get(name);
  }

  /** Adds a series with its family. */
  add(series: Series): void {
    const { family, source, key, labelNames } = series;
    this.#families.set(family.name, family);
    family.labelSets.set(labelNames, (family.labelSets.get(labelNames) ?? 0) + 1);
    this.#sources.get(source)!.set(key, series);
    this.#bytes += series.bytes;
  }

  /** Ends one use of each series, and removes those that have no other. */
  release(series: Iterable<Series>): void {
    for (const one of series) if (--one.users === 0) this.#remove(one);
  }

  #remove(series: Series): void {
    const { family, source, key, labelNames } = series;
    // The map of the source stays although it may be empty: a scrape in progress may hold it.
    this.#sources.get(source)!.delete(key);
    this.#bytes -= series.bytes;
    const left = (family.labelSets.get(labelNames) ?? 0) - 1;
    if (left > 0) family.labelSets.set(labelNames, left);
    else family.labelSets.delete(labelNames);
    if (family.labelSets.size === 0) this.#families.delete(family.name);
  }
}

/** Takes the lines of one scrape; see {@linkcode SeriesTable.scrape}. */
export class Scrape {
  readonly #table: SeriesTable;
  readonly #source: string;
  readonly #known: Map<string, Series>;
  readonly #id: number;
  readonly #maxSamples: number;
  readonly #types = new Map<string, FamilyType>();
  readonly #helps = new Map<string, string>();
  readonly #conflicts = new Set<string>();
  readonly #series: Series[] = [];
  readonly #values: number[] = [];

  /** Called by {@linkcode SeriesTable.scrape}. */
  constructor(
    table: SeriesTable,
    source: string,
    { known, id, maxSamples }: { known: Map<string, Series>; id: number; maxSamples: number },
  ) {
    this.#table = table;
    this.#source = source;
    this.#known = known;
    this.#id = id;
    this.#maxSamples = maxSamples;
  }

  /** A family has this type. @throws {ExpositionLimitError} When there are too many. */
  type(family: string, type: FamilyType): void {
    this.#describes(this.#types, family);
    this.#types.set(family, type);
    const known = this.#table.family(family) ?? this.#table.family(`${family}_total`);
    if (known && known.type !== type && type !== "untyped") this.#conflicts.add(known.name);
  }

  /** A family has this help. @throws {ExpositionLimitError} When there are too many. */
  help(family: string, text: string): void {
    this.#describes(this.#helps, family);
    this.#helps.set(family, text);
  }

  /**
   * A sample; the later of two of the same series counts.
   *
   * @throws {SyntaxError} When it is malformed.
   * @throws {ExpositionLimitError} When it has too many labels, or there are too many samples.
   */
  sample(text: string, value: number): void {
    let series = this.#known.get(text);
    if (series === undefined) {
      series = this.#create(text);
      if (series === undefined) return;
      this.#checkSize();
      this.#table.add(series);
    } else if (this.#conflicts.size > 0 && this.#conflicts.has(series.family.name)) return;
    if (series.lastScrape === this.#id) {
      this.#values[series.place] = value;
      return;
    }
    this.#checkSize();
    series.users++;
    series.lastScrape = this.#id;
    series.place = this.#series.length;
    this.#series.push(series);
    this.#values.push(value);
  }

  /** Ends the scrape. The series stay in use until they are released. */
  end(): ScrapedSamples {
    return { series: this.#series, values: this.#values, conflicts: this.#conflicts.size };
  }

  /** Gives the scrape up: nothing of it stays. */
  discard(): void {
    this.#table.release(this.#series);
  }

  #checkSize(): void {
    if (this.#series.length < this.#maxSamples) return;
    throw new ExpositionLimitError("too_many_samples", `more than ${this.#maxSamples} samples`);
  }

  #describes(known: ReadonlyMap<string, unknown>, family: string): void {
    if (known.size < this.#maxSamples || known.has(family)) return;
    throw new ExpositionLimitError(
      "too_many_families",
      `more than ${this.#maxSamples} families are described`,
    );
  }

  #create(text: string): Series | undefined {
    const { name, labels } = seriesParts(text);
    const family = this.#familyOf(name);
    if (family === undefined) return undefined;
    const isGrouped = family.type === "histogram" || family.type === "summary";
    const isBound = (label: string) => isGrouped && (label === "le" || label === "quantile");
    const renamed = renameReserved(labels);
    const own = [...renamed, ["source_port", this.#source] as const];
    const print = (pairs: typeof own) => pairs.map(([name, value]) => `${name}="${value}"`).join();
    const group = own.filter(([label]) => !isBound(label));
    const printed = print(own);
    return {
      family,
      name,
      labels: printed,
      strictLabels: isGrouped
        ? print(own.map(([name, value]) => [name, isBound(name) ? strictNumber(value) : value]))
        : printed,
      labelNames: group.map(([label]) => label).join(),
      group: isGrouped ? print(group) : printed,
      bytes: 2 * text.length + (isGrouped ? 6 : 4) * printed.length + seriesOverheadBytes,
      source: this.#source,
      key: text,
      users: 0,
      lastScrape: 0,
      place: 0,
    };
  }

  /** The family of a sample name; undefined when it is left out because its type differs from a stored one. */
  #familyOf(sample: string): Family | undefined {
    const { name, type, described } = this.#describe(sample);
    const known = this.#table.family(name);
    if (known === undefined) {
      return { name, type, help: this.#helps.get(described) ?? "", labelSets: new Map() };
    }
    if (known.type === type) return known;
    this.#conflicts.add(name);
    return undefined;
  }

  #describe(sample: string): { name: string; type: FamilyType; described: string } {
    const exact = this.#types.get(sample);
    if (exact !== undefined) return { name: sample, type: exact, described: sample };
    const base = sample.replace(/_(?:bucket|sum|count)$/, "");
    const type = this.#types.get(base);
    if (type === "histogram" || type === "summary") return { name: base, type, described: base };
    // OpenMetrics names the family of a counter without the suffix of its samples.
    const counter = sample.replace(/_total$/, "");
    return this.#types.get(counter) === "counter"
      ? { name: sample, type: "counter", described: counter }
      : { name: sample, type: "untyped", described: sample };
  }
}

/** Renames labels that the agent adds itself, as Prometheus does. */
function renameReserved(
  labels: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  const names = new Set(labels.map(([name]) => name));
  return labels.map(([name, value]) => {
    if (!reserved.has(name)) return [name, value];
    let other = `exported_${name}`;
    while (names.has(other)) other = `exported_${other}`;
    return [other, value];
  });
}

/** A number as OpenMetrics writes it in a label: 1 becomes 1.0. */
function strictNumber(text: string): string {
  if (!/^[+-]?[\d.]+(?:[eE][+-]?\d+)?$/.test(text)) return text;
  const value = String(Number(text));
  return /^-?\d+$/.test(value) ? `${value}.0` : value;
}
