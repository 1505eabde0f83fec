/**
 * What a benchmark reports with: medians of at least five runs, as a table for people or one JSON object a line
 * for programs.
 *
 * @module
 */

/** What a figure is compared to. */
export interface Reference {
  /** Name of the other figure, for example `aim` or `bare listener`. */
  readonly name: string;
  /** In the unit of the figure itself. */
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
  /** The value compared to, null if there is none; `reference_name` says what it is. */
  readonly reference: number | null;
  readonly reference_name: string | null;
  readonly runs: number;
}

/** Options of {@linkcode BenchReporter}. */
export interface BenchReporterOptions {
  /** One JSON object a line instead of a table. Default false. */
  json?: boolean;
  /** Takes the lines. */
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

  /** Says something that is no figure, for example which case could not run; people only. */
  note(text: string): void {
    if (!this.#json) this.#write(text);
  }

  /** Writes the table, for people. */
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

/** The value in the middle; the mean of the two in the middle when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function ratio(value: number, reference: number): string {
  return reference === 0 ? "-" : (value / reference).toPrecision(3);
}

/** Four digits are more than a benchmark knows. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
