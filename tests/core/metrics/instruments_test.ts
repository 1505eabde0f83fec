import assert from "node:assert/strict";
import {
  counter,
  gauge,
  histogram,
  type MetricFamily,
  type Sample,
} from "../../../core/metrics/mod.ts";

function samples(family: MetricFamily): unknown[] {
  return [...family.collect() as Iterable<Sample>];
}

Deno.test("counter() without labels starts at 0 and adds up", () => {
  const lines = counter("lines_total", "Lines.");
  assert.deepEqual(samples(lines), [{ value: 0 }]);
  lines.add(2);
  lines.add(0.5);
  assert.deepEqual(samples(lines), [{ value: 2.5 }]);
});

Deno.test("counter() refuses to fall", () => {
  const lines = counter("lines_total", "Lines.");
  for (const amount of [-1, NaN]) assert.throws(() => lines.add(amount), RangeError);
  assert.deepEqual(samples(lines), [{ value: 0 }]);
});

Deno.test("counter() keeps one value for each label set, however its labels are ordered", () => {
  const calls = counter("calls_total", "Calls.", { labels: ["route", "status"] });
  calls.add(1, { route: "/a", status: "200" });
  calls.add(2, { status: "200", route: "/a" });
  calls.add(4, { route: "/a", status: "500" });
  assert.deepEqual(samples(calls), [
    { labels: { route: "/a", status: "200" }, value: 3 },
    { labels: { route: "/a", status: "500" }, value: 4 },
  ]);
});

Deno.test("label sets whose joined values are equal stay apart", () => {
  const calls = counter("calls_total", "Calls.", { labels: ["a", "b"] });
  calls.add(1, { a: "1:x", b: "" });
  calls.add(1, { a: "1", b: ":x" });
  calls.add(1, { a: "", b: "1:x" });
  assert.equal(samples(calls).length, 3);
});

Deno.test("gauge() is set, raised and lowered, for each label set", () => {
  const rooms = gauge("room_celsius", "Temperature.", { labels: ["room"] });
  rooms.set(20, { room: "a" });
  rooms.add(-1.5, { room: "a" });
  rooms.add(3, { room: "b" });
  assert.deepEqual(samples(rooms), [
    { labels: { room: "a" }, value: 18.5 },
    { labels: { room: "b" }, value: 3 },
  ]);
});

Deno.test("counter() and gauge() with a function are read at each scrape, labels included", () => {
  let value = 1;
  const family = gauge("queue_items", "Items.", () => [{ labels: { queue: "a" }, value }]);
  value = 2;
  assert.deepEqual(samples(family), [{ labels: { queue: "a" }, value: 2 }]);
  assert.equal(counter("x_total", "X.", () => value).collect(), 2);
});

Deno.test("histogram() counts a value in the first bucket whose bound it does not exceed", () => {
  const waits = histogram("wait_seconds", "Wait.", [1, 2, 4]);
  for (const value of [0, 1, 1.5, 2, 4, 4.1, 100]) waits.observe(value);
  const [{ bounds, counts, sum }] = [...waits.collect()];
  assert.deepEqual([...bounds], [1, 2, 4]);
  assert.deepEqual(Array.from(counts), [2, 2, 1, 2]);
  assert.equal(sum, 112.6);
});

Deno.test("histogram() keeps buckets for each label set", () => {
  const waits = histogram("wait_seconds", "Wait.", [1], { labels: ["queue"] });
  waits.observe(0, { queue: "a" });
  waits.observe(9, { queue: "b" });
  const shown = [...waits.collect()].map(({ labels, counts }) => [labels, Array.from(counts)]);
  assert.deepEqual(shown, [[{ queue: "a" }, [1, 0]], [{ queue: "b" }, [0, 1]]]);
});

for (const bounds of [[], [1, 1], [2, 1], [NaN], [Infinity]]) {
  Deno.test(`histogram() refuses the bounds [${bounds}]`, () => {
    assert.throws(() => histogram("wait_seconds", "Wait.", bounds), RangeError);
  });
}

Deno.test("label sets beyond maxSeries share one overflow series, and known ones go on", () => {
  const calls = counter("calls_total", "Calls.", { labels: ["user"], maxSeries: 2 });
  for (const user of ["a", "b", "c", "d", "a"]) calls.add(1, { user });
  assert.deepEqual(samples(calls), [
    { labels: { user: "a" }, value: 2 },
    { labels: { user: "b" }, value: 1 },
    { labels: { user: "_overflow" }, value: 2 },
  ]);
  assert.equal(calls.overflowed?.(), 2);
});

Deno.test("a metric refuses labels that Prometheus refuses, and a bound below 1", () => {
  for (const label of ["", "1a", "a-b", "__a", "le"]) {
    assert.throws(() => counter("x_total", "X.", { labels: [label] }), TypeError, label);
  }
  assert.throws(() => gauge("x", "X.", { labels: ["a", "a"] }), TypeError);
  for (const maxSeries of [0, 1.5, NaN]) {
    assert.throws(() => gauge("x", "X.", { labels: ["a"], maxSeries }), RangeError);
  }
});

Deno.test("a value without one of the labels is refused", () => {
  const calls = counter("calls_total", "Calls.", { labels: ["user"] });
  const untyped: { add(amount: number): void } = calls as never;
  assert.throws(() => untyped.add(1), { name: "TypeError", message: /label "user"/ });
});
