const maxLines = 1_000;

/** Adds lines of something that may print for ever; the oldest go. */
export function keepLast(lines: string[], ...more: string[]): void {
  lines.push(...more);
  if (lines.length > maxLines) lines.splice(0, lines.length - maxLines);
}
