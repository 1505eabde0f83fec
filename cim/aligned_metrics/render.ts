/**
 * Prints buckets in the text format of Prometheus, with timestamps in milliseconds, or in OpenMetrics, with timestamps
 * in seconds and the naming rules of that format.
 *
 * @module
 */
import type { ExpositionFormat } from "../../plugins/prometheus/mod.ts";
import type { Bucket } from "./bucket_store.ts";
import type { FamilyType } from "./exposition_text.ts";
import type { Family, Series } from "./series_table.ts";

/** What is printed beside the buckets. */
export interface RenderOptions {
  readonly format: ExpositionFormat;
  /** Version of the agent. */
  readonly version: string;
}

/** Lines of one family: those of histograms and summaries by bucket and labels, in order. */
interface Lines {
  readonly single: string[];
  readonly groups: Map<string, string[]>;
}

/** Samples and families of a piece, which takes about a millisecond. */
const pieceSize = 1_024;

/** Prints the buckets at once, oldest first; for few samples. */
export function renderBuckets(
  buckets: readonly Bucket[],
  options: RenderOptions,
): Uint8Array<ArrayBuffer> {
  const pieces = renderPieces(buckets, options);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Prints the buckets in pieces that take about a millisecond each: yields after each but the last. */
export function* renderPieces(
  buckets: readonly Bucket[],
  { format, version }: RenderOptions,
): Generator<undefined, Uint8Array<ArrayBuffer>> {
  const isStrict = format === "openmetrics";
  const families = new Map<Family, Lines>();
  const missing = new MissingLabels(buckets.length);
  const work = { count: 0 };
  for (const bucket of buckets) yield* addBucket(bucket, work, { isStrict, families, missing });
  const parts = ownFamilies(buckets, version, isStrict);
  const taken = new Set(parts.names);
  const sorted = [...families].sort(([a], [b]) => a.name < b.name ? -1 : 1);
  const text: string[] = parts.text;
  for (const [family, { single, groups }] of sorted) {
    const head = isStrict ? strictHead(family, taken) : textHead(family);
    if (head === undefined) continue;
    text.push(head, ...single.length < 50_000 ? single : [single.join("")]);
    for (const lines of groups.values()) text.push(lines.join(""));
    if (++work.count % pieceSize === 0) yield;
  }
  if (isStrict) text.push("# EOF\n");
  return new TextEncoder().encode(text.join(""));
}

/** Adds the lines of a bucket; `work` counts the samples and families of all pieces. */
function* addBucket(
  { timeMs, series, values }: Bucket,
  work: { count: number },
  { isStrict, families, missing }: {
    isStrict: boolean;
    families: Map<Family, Lines>;
    missing: MissingLabels;
  },
): Generator<undefined, void> {
  const label = `,aligned_ts="${Math.floor(timeMs / 1_000)}"} `;
  const stamp = ` ${isStrict ? timeMs / 1_000 : timeMs}\n`;
  for (let at = 0; at < series.length; at++) {
    const one = series[at];
    const { family } = one;
    const lines = found(families, family, () => ({ single: [], groups: new Map() }));
    const labels = isStrict ? one.strictLabels : one.labels;
    const line = `${one.name}{${labels}${missing.of(one)}${label}${numberText(values[at])}${stamp}`;
    if (family.type !== "histogram" && family.type !== "summary") lines.single.push(line);
    else found(lines.groups, `${timeMs} ${one.group}`, () => []).push(line);
    if (++work.count % pieceSize === 0) yield;
  }
}

/** Most characters of the empty labels that one answer has. */
const maxMissingLength = 16 * 1024 * 1024;

/**
 * Labels that other series of the family have, empty: within a family all series have the same labels. An empty label
 * means the same as none, so families for which the limit does not suffice are printed without them: a family whose
 * series all have different labels would need the square of their number.
 */
class MissingLabels {
  readonly #bucketCount: number;
  readonly #families = new Map<Family, { all: ReadonlySet<string>; texts: Map<string, string> }>();
  #left = maxMissingLength;

  constructor(bucketCount: number) {
    this.#bucketCount = bucketCount;
  }

  /** What is missing in the labels of a series. */
  of({ family, labelNames }: Series): string {
    if (family.labelSets.size <= 1) return "";
    const { all, texts } = found(this.#families, family, () => this.#begin(family));
    return found(texts, labelNames, () => {
      const own = new Set(labelNames.split(","));
      return [...all].filter((name) => !own.has(name)).map((name) => `,${name}=""`).join("");
    });
  }

  /** The names of all labels of a family; none when there could be too many to add. */
  #begin({ labelSets }: Family): { all: ReadonlySet<string>; texts: Map<string, string> } {
    const all = new Set<string>();
    let series = 0;
    for (const [names, count] of labelSets) {
      series += count;
      for (const name of names.split(",")) all.add(name);
    }
    let length = 0;
    for (const name of all) length += name.length + 4;
    length *= series * this.#bucketCount;
    if (length > this.#left) return { all: new Set(), texts: new Map() };
    this.#left -= length;
    return { all, texts: new Map() };
  }
}

/** Families about the collection itself: XGVela's two, and what happened to the clock at each bucket. */
function ownFamilies(
  buckets: readonly Bucket[],
  version: string,
  isStrict: boolean,
): { names: string[]; text: string[] } {
  const isComplete = buckets.at(-1)?.isComplete ?? true;
  const perBucket = (name: string, read: (bucket: Bucket) => number) =>
    buckets.map((bucket) =>
      `${name}{aligned_ts="${Math.floor(bucket.timeMs / 1_000)}"} ${numberText(read(bucket))} ${
        isStrict ? bucket.timeMs / 1_000 : bucket.timeMs
      }\n`
    ).join("");
  const families = [
    [
      "metric_scrape_collector_success",
      "Whether every source was read at the last aligned time.",
      `metric_scrape_collector_success{collector="metric"} ${isComplete ? 1 : 0}\n`,
    ],
    [
      "clock_aligned_metric_exporter_build_info",
      "Version of the agent.",
      `clock_aligned_metric_exporter_build_info{version="${version}"} 1\n`,
    ],
    [
      "clock_aligned_skipped_intervals",
      "Aligned times passed over since the one before.",
      perBucket("clock_aligned_skipped_intervals", ({ skipped }) => skipped),
    ],
    [
      "clock_aligned_clock_jump_seconds",
      "By how much the clock jumped since the aligned time before; negative for a jump back.",
      perBucket("clock_aligned_clock_jump_seconds", ({ jumpMs }) => jumpMs / 1_000),
    ],
  ];
  return {
    names: families.map(([name]) => name),
    text: families.map(([name, help, lines]) =>
      `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines}`
    ),
  };
}

function textHead({ name, type, help }: Family): string {
  return `${help === "" ? "" : `# HELP ${name} ${help}\n`}# TYPE ${name} ${type}\n`;
}

/** The head in OpenMetrics; undefined when names of the family are taken, so that it must be left out. */
function strictHead({ name, type, help }: Family, taken: Set<string>): string | undefined {
  const isCounter = type === "counter" && name.endsWith("_total");
  const base = isCounter ? name.slice(0, -"_total".length) : name;
  // A counter without the suffix is not one in OpenMetrics.
  const wanted = type === "untyped" || (type === "counter" && !isCounter) ? "unknown" : type;
  const names = exposedNames(base, wanted);
  const isFree = names.every((exposed) => !taken.has(exposed));
  const [printed, kind] = isFree ? [base, wanted] : [name, "unknown"];
  if (!isFree && (taken.has(name) || type === "histogram" || type === "summary")) return undefined;
  for (const exposed of isFree ? names : [name]) taken.add(exposed);
  const safeHelp = help.replaceAll(/\\.|"/g, (found) => found === '"' ? '\\"' : found);
  return `${help === "" ? "" : `# HELP ${printed} ${safeHelp}\n`}# TYPE ${printed} ${kind}\n`;
}

function exposedNames(base: string, type: FamilyType | "unknown"): string[] {
  switch (type) {
    case "counter":
      return [base, `${base}_total`, `${base}_created`];
    case "histogram":
      return [base, `${base}_bucket`, `${base}_sum`, `${base}_count`, `${base}_created`];
    case "summary":
      return [base, `${base}_sum`, `${base}_count`, `${base}_created`];
    default:
      return [base];
  }
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return `${value}`;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function found<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = create());
  return value;
}
