import assert from "node:assert/strict";
import { counter, gauge, MetricSet } from "../../../core/metrics/mod.ts";

Deno.test("a family is read when somebody looks, not before", () => {
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
