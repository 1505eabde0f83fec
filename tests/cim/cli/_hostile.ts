import assert from "node:assert/strict";

/** A text that changes the title, the colours and the order of the text of a terminal, and forges a line. */
export const hostile = "\x1b]0;title\x07\x9b31m\u202e\u061c\nforged";

/** Fails when a terminal would act on the line, or when it has a line break. */
export function assertHarmless(lines: readonly string[]): void {
  for (const line of lines) {
    assert.doesNotMatch(line, /[^\P{Cc}\t]|[\u061c\u202e]/u, JSON.stringify(line));
  }
}
