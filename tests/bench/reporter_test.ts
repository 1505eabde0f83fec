import assert from "node:assert/strict";
import { BenchReporter, median } from "./_reporter.ts";

const place = { case: "a", metric: "rate", unit: "/s" };

Deno.test("median() returns the middle value of any order", () => {
  assert.equal(median([5, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

Deno.test("BenchReporter writes one JSON object per line", () => {
  const lines: string[] = [];
  const report = new BenchReporter("b", { json: true, write: (line) => lines.push(line) });
  report.record(place, [1, 2, 3, 4, 1_000], { name: "aim", value: 6 });
  report.record(place, [1, 2, 3, 4, 5]);
  report.finish();
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    {
      bench: "b",
      ...place,
      value: 3,
      reference: 6,
      reference_name: "aim",
      runs: 5,
    },
    { bench: "b", ...place, value: 3, reference: null, reference_name: null, runs: 5 },
  ]);
});

Deno.test("BenchReporter writes a table with the ratio to a named figure", () => {
  const lines: string[] = [];
  const report = new BenchReporter("b", { write: (line) => lines.push(line) });
  report.note("no binary");
  report.record(place, [1, 2, 3, 4, 5], { name: "aim", value: 6 });
  report.finish();
  assert.deepEqual(lines, [
    "no binary",
    "# b",
    "case  metric  median  unit  ratio    to     runs",
    "a     rate    3       /s    0.500 x  aim 6  5",
  ]);
});

Deno.test("BenchReporter refuses fewer than five runs", () => {
  const report = new BenchReporter("b", { write: () => undefined });
  assert.throws(() => report.record(place, [1, 2, 3, 4]), RangeError);
});
