import assert from "node:assert/strict";
import {
  counter,
  gauge,
  histogram,
  type MetricFamily,
  MetricSet,
  type Sample,
} from "../../../core/metrics/mod.ts";

Deno.test("a family is read at each scrape, not before", () => {
  const set = new MetricSet();
  let count = 0;
  set.add(counter("lines_total", "Lines.", () => count));
  count = 7;
  const [family] = set.families();
  assert.equal(family.type, "counter");
  assert.equal(family.collect(), 7);
});

Deno.test("families() are in the order of their names", () => {
  const set = new MetricSet();
  set.add(gauge("b", "B.", () => 1), gauge("a", "A.", () => 1));
  set.add(gauge("a_total", "C.", () => 1));
  assert.deepEqual(set.families().map(({ name }) => name), ["a", "a_total", "b"]);
});

Deno.test("disposing removes exactly what was added, and again does nothing", () => {
  const set = new MetricSet();
  const first = set.add(gauge("a", "A.", () => 1));
  set.add(gauge("b", "B.", () => 1));
  first[Symbol.dispose]();
  set.add(gauge("a", "Another.", () => 2));
  first[Symbol.dispose]();
  assert.deepEqual(set.families().map(({ help }) => help), ["Another.", "B."]);
});

Deno.test("add() refuses a name that is taken, also within one call, and then adds nothing", () => {
  const set = new MetricSet();
  set.add(gauge("a", "A.", () => 1));
  assert.throws(() => set.add(gauge("b", "B.", () => 1), gauge("a", "A.", () => 1)), TypeError);
  assert.throws(() => set.add(gauge("c", "C.", () => 1), gauge("c", "C.", () => 1)), TypeError);
  assert.deepEqual(set.families().map(({ name }) => name), ["a"]);
});

for (const name of ["", "1a", "a-b", "a.b", "ä", "a b"]) {
  Deno.test(`add() refuses "${name}" as a metric name`, () => {
    assert.throws(() => new MetricSet().add(gauge(name, "Help.", () => 1)), TypeError);
  });
}

const collisions: [first: MetricFamily, second: MetricFamily][] = [
  [gauge("x", "X.", () => 1), counter("x_total", "X.", () => 1)],
  [counter("x_total", "X.", () => 1), gauge("x", "X.", () => 1)],
  [counter("x", "X.", () => 1), counter("x_total", "X.", () => 1)],
  [histogram("x", "X.", [1]), gauge("x_count", "X.", () => 1)],
  [histogram("x", "X.", [1]), counter("x_total", "X.", () => 1)],
  [gauge("x_created", "X.", () => 1), counter("x_total", "X.", () => 1)],
];
for (const [first, second] of collisions) {
  const names = `${second.type} "${second.name}" beside ${first.type} "${first.name}"`;
  Deno.test(`add() refuses ${names}, which OpenMetrics cannot tell apart`, () => {
    const set = new MetricSet();
    set.add(first);
    assert.throws(() => set.add(second), { name: "TypeError", message: /in OpenMetrics/ });
    assert.throws(() => new MetricSet().add(first, second), TypeError);
    assert.deepEqual(set.families(), [first]);
  });
}

Deno.test("families() count the values in overflow series, by metric", () => {
  const set = new MetricSet();
  const pages = counter("pages_total", "Pages.", { labels: ["printer"], maxSeries: 1 });
  set.add(pages, counter("plain_total", "Plain.", () => 1));
  for (const printer of ["a", "b", "c"]) pages.add(1, { printer });
  const overflow = set.families().find(({ name }) => name === "metric_overflow_total");
  assert.deepEqual([...overflow!.collect() as Iterable<Sample>], [
    { labels: { metric: "pages_total" }, value: 2 },
  ]);
});
