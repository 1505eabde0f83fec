/**
 * Reads the text format of Prometheus (0.0.4), and OpenMetrics as far as it says the same.
 *
 * ```text
 * line    = "# TYPE " name " " type | "# HELP " name " " text | "#" comment | sample
 * sample  = name [ "{" labels "}" ] " " value [ " " timestamp ] [ " # " exemplar ]
 * labels  = [ label { "," label } [ "," ] ]     label = name "=" quoted
 * ```
 *
 * The text comes from an application and is not trusted: the time to read it grows with its length only, a line and
 * the labels of a sample are bounded, and a long text is read in pieces, so that other work goes on between them.
 *
 * @module
 */

/** Type of a metric family. */
export type FamilyType = "counter" | "gauge" | "histogram" | "summary" | "untyped";

/** Called with what a text says, in its order. */
export interface ExpositionVisitor {
  /** A family has this type. */
  type(family: string, type: FamilyType): void;
  /** A family has this help, escaped as in the text. */
  help(family: string, text: string): void;
  /** `series` is name and labels as they stand in the text; its own timestamp and exemplar are left out. */
  sample(series: string, value: number): void;
}

/** Which limit a text exceeds. */
export type ExpositionLimit =
  | "line_too_long"
  | "too_many_labels"
  | "too_many_samples"
  | "too_many_families";

/** A text exceeds a limit. */
export class ExpositionLimitError extends RangeError {
  /** The limit. */
  readonly limit: ExpositionLimit;

  /** `message` says what exceeds which number. */
  constructor(limit: ExpositionLimit, message: string) {
    super(message);
    this.limit = limit;
  }
}

const types: ReadonlySet<string> = new Set(["counter", "gauge", "histogram", "summary"]);

/** Most characters of a line. */
const maxLineLength = 65_536;
/** Most labels of a sample. */
const maxLabels = 256;
/** Cost of a piece, about one millisecond: a character costs 1, and a line that is not blank this much more. */
const pieceCost = 16_384;
const lineCost = 64;

/**
 * Reads a whole text at once; for texts that are known to be short.
 *
 * @throws {SyntaxError} At the first line that is not part of the format; the message has its number.
 * @throws {ExpositionLimitError} When a line is too long, or what the visitor throws.
 */
export function readExposition(text: string, visitor: ExpositionVisitor): void {
  const pieces = expositionPieces(text, visitor);
  while (!pieces.next().done);
}

/**
 * Reads a text in pieces that take about a millisecond each: yields after each but the last.
 *
 * @throws As {@linkcode readExposition}.
 */
export function* expositionPieces(
  text: string,
  visitor: ExpositionVisitor,
): Generator<undefined, void> {
  let number = 0;
  let cost = 0;
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed;
    number++;
    if (end - start > maxLineLength) {
      throw new ExpositionLimitError(
        "line_too_long",
        `line ${number}: it is longer than ${maxLineLength} characters`,
      );
    }
    const first = text.charCodeAt(start);
    cost += end - start + 1;
    if (first === 0x23) {
      cost += lineCost;
      readComment(text.slice(start, end), visitor);
    } else if (first > 0x20 || text.slice(start, end).trim() !== "") {
      cost += lineCost;
      readSample(text, start, end, number, visitor);
    }
    start = end + 1;
    if (cost >= pieceCost) {
      cost = 0;
      yield;
    }
  }
}

/** The parts of a series: its metric name and its labels, values still escaped. */
export interface SeriesParts {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPattern = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\[\\"n])*)"\s*(,|$)/y;

/**
 * Splits name and labels.
 *
 * @throws {SyntaxError} When it is no series.
 * @throws {ExpositionLimitError} When it has too many labels.
 */
export function seriesParts(series: string): SeriesParts {
  const open = series.indexOf("{");
  const name = (open < 0 ? series : series.slice(0, open)).trim();
  if (!namePattern.test(name)) throw new SyntaxError(`"${name.slice(0, 80)}" is no metric name`);
  const labels: [string, string][] = [];
  const names = new Set<string>();
  const inner = open < 0 ? "" : series.slice(open + 1, series.lastIndexOf("}")).trim();
  for (let at = 0; at < inner.length;) {
    labelPattern.lastIndex = at;
    const match = labelPattern.exec(inner);
    if (!match) throw new SyntaxError(`the labels of ${name.slice(0, 80)} are malformed`);
    if (names.has(match[1])) {
      throw new SyntaxError(`${name.slice(0, 80)} has the label ${match[1].slice(0, 80)} twice`);
    }
    if (names.size === maxLabels) {
      throw new ExpositionLimitError(
        "too_many_labels",
        `a sample of ${name.slice(0, 80)} has more than ${maxLabels} labels`,
      );
    }
    names.add(match[1]);
    labels.push([match[1], match[2]]);
    at = labelPattern.lastIndex;
  }
  return { name, labels };
}

function readComment(line: string, visitor: ExpositionVisitor): void {
  const match = /^#\s+(TYPE|HELP)\s+(\S+)/.exec(line);
  if (!match) return;
  const [{ length }, kind, family] = match;
  const rest = line.slice(length).trim();
  if (kind === "HELP") return visitor.help(family, rest);
  const type = rest;
  visitor.type(family, types.has(type) ? type as FamilyType : "untyped");
}

function readSample(
  text: string,
  start: number,
  end: number,
  number: number,
  visitor: ExpositionVisitor,
): void {
  const seriesEnd = endOfSeries(text, start, end);
  if (seriesEnd < 0) throw new SyntaxError(`line ${number}: it has no value`);
  let from = seriesEnd;
  while (from < end && isBlank(text.charCodeAt(from))) from++;
  let to = from;
  while (to < end && !isBlank(text.charCodeAt(to))) to++;
  const token = text.slice(from, to);
  const value = numberOf(token);
  if (value === undefined) {
    throw new SyntaxError(`line ${number}: "${token.slice(0, 80)}" is no number`);
  }
  visitor.sample(text.slice(start, seriesEnd), value);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

/** Where name and labels end; -1 when they do not. */
function endOfSeries(text: string, start: number, end: number): number {
  let isQuoted = false;
  let hasLabels = false;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isQuoted = false;
    } else if (code === 0x22) isQuoted = true;
    else if (code === 0x7b) hasLabels = true;
    else if (code === 0x7d) return at + 1;
    else if (!hasLabels && at > start && (code === 0x20 || code === 0x09)) {
      // Blanks may stand between name and labels.
      let next = at;
      while (next < end && (text.charCodeAt(next) === 0x20 || text.charCodeAt(next) === 0x09)) {
        next++;
      }
      if (text.charCodeAt(next) !== 0x7b) return at;
      at = next - 1;
    }
  }
  return -1;
}

const infinities: Readonly<Record<string, number>> = {
  "+inf": Infinity,
  "inf": Infinity,
  "-inf": -Infinity,
  "+infinity": Infinity,
  "infinity": Infinity,
  "-infinity": -Infinity,
};

function numberOf(token: string): number | undefined {
  const value = Number(token);
  if (token !== "" && !Number.isNaN(value) && Number.isFinite(value)) return value;
  const name = token.toLowerCase();
  return name === "nan" ? NaN : infinities[name];
}
