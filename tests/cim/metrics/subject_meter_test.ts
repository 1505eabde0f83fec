import assert from "node:assert/strict";
import { SubjectMeter } from "../../../cim/metrics/mod.ts";

Deno.test("families() have XGVela's names and the pod as label", () => {
  const names = new SubjectMeter("EVENT").families("amf-0").map(({ name }) => name);
  assert.deepEqual(names, [
    "cim_nats_EVENT_message_count",
    "cim_nats_EVENT_latency",
    "cim_nats_EVENT_message_size",
  ]);
  const [dotted] = new SubjectMeter("a.b-c").families("p");
  assert.equal(dotted.name, "cim_nats_a_b_c_message_count");
});

Deno.test("observe() counts a size in the bucket of the first bound that is not smaller", () => {
  const meter = new SubjectMeter("EVENT");
  for (const bytes of [0, 1, 500, 501, 9_500, 9_501, 1_000_000]) meter.observe(bytes);
  const family = meter.families("p")[2];
  assert(family.type === "histogram");
  const [{ bounds, counts, sum }] = [...family.collect()];
  assert.equal(bounds.length, 20);
  assert.deepEqual([bounds[0], bounds[19]], [0, 9_500]);
  const filled = Array.from(counts).flatMap((count, at) => count > 0 ? [[at, count]] : []);
  assert.deepEqual(filled, [[0, 1], [1, 2], [2, 1], [19, 1], [20, 2]]);
  assert.equal(sum, 1_020_003 - 0);
});
