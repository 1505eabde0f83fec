/**
 * Reports the figures of a benchmark: medians of at least five runs, as a table or as JSON lines.
 *
 * @module
 */

/** The figure that a median is compared to. */
export interface Reference {
  /** Name of the other figure, for example `aim` or `bare listener`. */
  readonly name: string;
  /** In the same unit as the median. */
  readonly value: number;
}

/** One line of the report. */
export interface BenchLine {
  readonly bench: string;
  readonly case: string;
  readonly metric: string;
  /** The median. */
  readonly value: number;
  readonly unit: string;
  /** The figure compared to; null if there is none. */
  readonly reference: number | null;
  readonly reference_name: string | null;
  readonly runs: number;
}

/** Options of {@linkcode BenchReporter}. */
export interface BenchReporterOptions {
  /** Write one JSON object per line instead of a table. Default false. */
  json?: boolean;
  /** Called with each line of the report. */
  write: (line: string) => void;
}

const leastRuns = 5;

/** Collects the figures of one benchmark. */
export class BenchReporter {
  readonly #bench: string;
  readonly #json: boolean;
  readonly #write: (line: string) => void;
  readonly #lines: BenchLine[] = [];

  constructor(bench: string, { json = false, write }: BenchReporterOptions) {
    this.#bench = bench;
    this.#json = json;
    this.#write = write;
  }

  /**
   * Reports the median of the values, one for each run, and returns it.
   *
   * @throws {RangeError} When there are fewer than five.
   */
  record(
    place: { case: string; metric: string; unit: string },
    values: readonly number[],
    reference?: Reference,
  ): number {
    if (values.length < leastRuns) {
      throw new RangeError(
        `Cannot report ${place.case} ${place.metric}: ${values.length} runs, at least ${leastRuns} needed`,
      );
    }
    const line: BenchLine = {
      bench: this.#bench,
      case: place.case,
      metric: place.metric,
      value: round(median(values)),
      unit: place.unit,
      reference: reference ? round(reference.value) : null,
      reference_name: reference?.name ?? null,
      runs: values.length,
    };
    this.#lines.push(line);
    if (this.#json) this.#write(JSON.stringify(line));
    return line.value;
  }

  /** Writes a remark, such as which case could not run; omitted in JSON. */
  note(text: string): void {
    if (!this.#json) this.#write(text);
  }

  /** Writes the table; does nothing in JSON. */
  finish(): void {
    if (this.#json) return;
    const rows = this.#lines.map((line) => [
      line.case,
      line.metric,
      String(line.value),
      line.unit,
      line.reference === null ? "" : `${ratio(line.value, line.reference)} x`,
      line.reference === null ? "" : `${line.reference_name} ${line.reference}`,
      String(line.runs),
    ]);
    const table = [["case", "metric", "median", "unit", "ratio", "to", "runs"], ...rows];
    const widths = table[0].map((_, at) => Math.max(...table.map((row) => row[at].length)));
    this.#write(`# ${this.#bench}`);
    for (const row of table) {
      this.#write(row.map((cell, at) => cell.padEnd(widths[at])).join("  ").trimEnd());
    }
  }
}

/** The middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function ratio(value: number, reference: number): string {
  return reference === 0 ? "-" : (value / reference).toPrecision(3);
}

/** Rounds to four digits; a benchmark is less exact than that. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
