import assert from "node:assert/strict";
import { ago, colored, span, table, wrap } from "../../../cim/cli/text.ts";
import { assertHarmless, hostile } from "./_hostile.ts";

Deno.test("table() aligns columns and does not pad the last one", () => {
  assert.deepEqual(table([["A", "LONG", "B"], ["1", "2", "3"], ["wide", "x", ""]]), [
    "A     LONG  B",
    "1     2     3",
    "wide  x",
  ]);
});

Deno.test("wrap() breaks between words only and indents all lines but the first", () => {
  assert.deepEqual(wrap("one two three four", 9, 2), ["one two", "  three", "  four"]);
  assert.deepEqual(wrap("a verylongwordthatexceeds b", 8), ["a", "verylongwordthatexceeds", "b"]);
  assert.deepEqual(wrap("", 8), [""]);
});

Deno.test("wrap() keeps every line within the width when the words allow it", () => {
  const text = "the quick brown fox jumps over the lazy dog ".repeat(20);
  for (const width of [12, 40, 80]) {
    for (const line of wrap(text, width, 4)) assert(line.length <= width, line);
  }
});

Deno.test("ago() gives the time in the largest unit", () => {
  const cases: [number, string][] = [
    [-5, "just now"],
    [4, "just now"],
    [5, "5 s ago"],
    [59, "59 s ago"],
    [60, "1 min ago"],
    [3_599, "59 min ago"],
    [3_600, "1 h ago"],
    [86_399, "23 h ago"],
    [86_400, "1 day ago"],
    [864_000, "10 days ago"],
  ];
  const now = 1_000_000_000_000;
  for (const [seconds, text] of cases) assert.equal(ago(now - seconds * 1_000, now), text);
});

Deno.test("span() gives a time span in the largest unit", () => {
  const texts = [0.9, 59.9, 754.25, 7_200, 90_000, 864_000].map(span);
  assert.deepEqual(texts, ["0 s", "59 s", "12 min", "2 h", "1 day", "10 days"]);
});

Deno.test("colored() adds no escape sequences when colours are off", () => {
  assert.equal(colored("ok", "green", false), "ok");
  assert.equal(colored("ok", "green", true), "\x1b[32mok\x1b[0m");
});

Deno.test("table() and wrap() escape what a terminal acts on, with columns that stay aligned", () => {
  const lines = [...table([["A", "B"], [hostile, "b"]]), ...wrap(hostile, 80)];
  assertHarmless(lines);
  assert.equal(lines[1].indexOf("b", lines[1].indexOf("forged")), lines[0].indexOf("B"));
});
