import assert from "node:assert/strict";
import {
  type BucketBounds,
  BucketStore,
  readExposition,
  SeriesTable,
} from "../../../cim/aligned_metrics/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

function setUp(bounds: Partial<BucketBounds> = {}) {
  const clock = manualClock();
  const table = new SeriesTable();
  const store = new BucketStore(table, {
    ...{ maxBuckets: 3, maxSamples: 1_000, maxBytes: 1e6, graceMs: 60_000 },
    ...bounds,
  }, clock);
  const add = (timeMs: number, text = "a 1\nb 2\n") => {
    const scrape = table.scrape("9000", Infinity);
    readExposition(text, scrape);
    const { series, values } = scrape.end();
    store.add({
      timeMs,
      series,
      values: Float64Array.from(values),
      skipped: 0,
      jumpMs: 0,
      isComplete: true,
    });
  };
  return { clock, table, store, add, times: () => store.read().map(({ timeMs }) => timeMs) };
}

Deno.test("D-84 a bucket is read as often as wanted within the grace time, oldest first", async () => {
  const test = setUp();
  test.add(1);
  test.add(2);
  assert.deepEqual(test.times(), [1, 2]);
  await test.clock.advance(59_000);
  test.add(3);
  assert.deepEqual(test.times(), [1, 2, 3]);
  await test.clock.advance(1_000);
  assert.deepEqual(test.times(), [3]);
  await test.clock.advance(60_000);
  assert.deepEqual(test.times(), []);
  assert.deepEqual([test.store.samples, test.table.bytes], [0, 0]);
  assert(Object.values(test.store.dropped).every((count) => count === 0));
});

Deno.test("D-85 a full store drops its oldest bucket, and counts it if it was never read", () => {
  const test = setUp();
  for (const time of [1, 2, 3]) test.add(time);
  test.times();
  for (const time of [4, 5, 6, 7]) test.add(time);
  assert.deepEqual(test.times(), [5, 6, 7]);
  assert.equal(test.store.dropped.max_retention, 1);
});

Deno.test("BucketStore drops the oldest buckets when there are too many samples or bytes", () => {
  const samples = setUp({ maxSamples: 5 });
  for (const time of [1, 2, 3]) samples.add(time);
  assert.deepEqual(samples.times(), [2, 3]);
  assert.equal(samples.store.dropped.max_samples, 1);
  const bytes = setUp({ maxBytes: 2_000 });
  for (const time of [1, 2, 3]) bytes.add(time, `x${time}{l="${"v".repeat(80)}"} 1\n`);
  assert.deepEqual(bytes.times(), [2, 3]);
  assert.equal(bytes.store.dropped.max_size, 1);
  assert(bytes.store.bytes <= 2_000);
});

Deno.test("BucketStore keeps the newest bucket even if it alone is larger than the bounds", () => {
  const test = setUp({ maxSamples: 1 });
  test.add(1);
  test.add(2);
  assert.deepEqual(test.times(), [2]);
});

Deno.test("C2-32: dropFrom() removes the buckets of times that have not come yet", () => {
  const test = setUp();
  for (const time of [1, 2, 3]) test.add(time);
  test.store.dropFrom(2);
  assert.deepEqual(test.times(), [1]);
  assert.equal(test.store.dropped.clock_jump, 2);
});
