import assert from "node:assert/strict";
import { chooseFormat } from "../../../plugins/prometheus/exposition.ts";
import { LagMeter } from "../../../plugins/prometheus/lag_meter.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("chooseFormat() takes OpenMetrics only when it is asked for at least as much as text", () => {
  const cases: [string | null, "text" | "openmetrics"][] = [
    [null, "text"],
    ["*/*", "text"],
    ["text/plain", "text"],
    ["application/openmetrics-text", "openmetrics"],
    ["application/openmetrics-text; version=1.0.0,text/plain;q=0.5,*/*;q=0.1", "openmetrics"],
    ["application/openmetrics-text;q=0.3,text/plain;q=0.5", "text"],
    ["application/openmetrics-text;q=0", "text"],
    ["application/openmetrics-text;q=rubbish", "text"],
  ];
  for (const [accept, format] of cases) assert.equal(chooseFormat(accept), format, String(accept));
});

Deno.test("LagMeter sorts a delay into its bucket and remembers the last", () => {
  const meter = new LagMeter(manualClock());
  meter.observe(0.2);
  meter.observe(0.001);
  meter.observe(60);
  const [last, histogram] = meter.families();
  assert.deepEqual([...last.collect() as Iterable<unknown>], [{ value: 60 }]);
  assert.equal(histogram.type, "histogram");
  const [sample] = [...histogram.collect() as Iterable<{ counts: ArrayLike<number>; sum: number }>];
  assert.deepEqual(Array.from(sample.counts), [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  assert.equal(sample.sum, 60.201);
});
