/**
 * Layout of text for people: tables, wrapped lines, relative times, colours. What terminals act on is escaped.
 *
 * @module
 */
import { printable } from "../../core/log/mod.ts";

/** A colour for a text on a terminal. */
export type Color = "red" | "yellow" | "green";

const colorCodes: Readonly<Record<Color, number>> = { red: 31, yellow: 33, green: 32 };

/** Returns the rows as lines with aligned columns; the last column is not padded. */
export function table(texts: readonly (readonly string[])[]): string[] {
  const rows = texts.map((row) => row.map(printable));
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => column < row.length - 1 ? cell.padEnd(widths[column]) : cell)
      .join("  ").trimEnd()
  );
}

/**
 * Breaks a text into lines of at most `width` columns, each but the first indented by `indent` columns. Words are
 * not broken: a word that is longer than a line stands alone and exceeds the width.
 */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean).map(printable)) {
    const longer = line === "" ? word : `${line} ${word}`;
    const room = lines.length === 0 ? width : width - indent;
    if (line !== "" && longer.length > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  lines.push(line);
  return lines.map((text, at) => at === 0 ? text : " ".repeat(indent) + text);
}

/** How long ago a time was, such as `4 min ago`. */
export function ago(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1_000);
  return seconds < 5 ? "just now" : `${span(seconds)} ago`;
}

/** A time span in the largest unit, such as `4 min`. */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  const days = Math.floor(seconds / 86_400);
  return `${days} day${days === 1 ? "" : "s"}`;
}

/** The text in a colour, or as it is when colours are off. */
export function colored(text: string, color: Color, isOn: boolean): string {
  return isOn ? `\x1b[${colorCodes[color]}m${text}\x1b[0m` : text;
}
