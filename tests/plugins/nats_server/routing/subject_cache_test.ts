import assert from "node:assert/strict";
import { SubjectMetrics } from "../../../../plugins/nats_server/routing/subject_metrics.ts";
import { SubjectCache } from "../../../../plugins/nats_server/routing/subject_cache.ts";
import { Sublist } from "../../../../plugins/nats_server/subjects/sublist.ts";
import { TurnBudget } from "../../../../plugins/nats_server/routing/turn_budget.ts";
import { Subscription } from "../../../../plugins/nats_server/routing/subscription.ts";

function fixture() {
  const sublist = new Sublist<Subscription>();
  return { sublist, cache: new SubjectCache(sublist, new SubjectMetrics(), new TurnBudget()) };
}

function local(subject: string): Subscription {
  return new Subscription(subject, null, "", null, { onMessage() {} });
}

Deno.test("SubjectCache returns the same entry for the same bytes", () => {
  const { cache } = fixture();
  assert.equal(cache.findText("a.b"), cache.findText("a.b"));
  assert.notEqual(cache.findText("a.b"), cache.findText("a.c"));
});

Deno.test("SubjectCache matches again when a subscription was added or removed", () => {
  const { cache, sublist } = fixture();
  const subscription = local("a.*");
  assert.equal(cache.findText("a.b").isEmpty, true);
  sublist.insert(subscription);
  assert.deepEqual(cache.findText("a.b").local, [subscription]);
  sublist.remove(subscription);
  assert.equal(cache.findText("a.b").isEmpty, true);
});

Deno.test("SubjectCache is correct for more subjects than it has places, and for long ones", () => {
  const { cache, sublist } = fixture();
  const even = local("even.>");
  sublist.insert(even);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) {
      const kind = i % 2 === 0 ? "even" : "odd";
      const tail = i % 100 === 0 ? "x".repeat(300) : "x";
      const entry = cache.findText(`${kind}.${i}.${tail}`);
      assert.equal(entry.subject, `${kind}.${i}.${tail}`);
      assert.equal(entry.isEmpty, kind === "odd");
    }
  }
});
