import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import { TurnBudget } from "../../../plugins/http/turn_budget.ts";

/** Resolves when the event loop has done its other work. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("TurnBudget lets 32 requests go on at once, and the others in order, 32 in each turn", async () => {
  const budget = new TurnBudget(manualClock());
  const gone: number[] = [];
  for (let at = 0; at < 100; at++) {
    const waits = budget.enter();
    if (waits) waits.then(() => gone.push(at));
    else gone.push(at);
  }
  assert.equal(gone.length, 32);
  const counts: number[] = [];
  while (gone.length < 100) {
    await nextTurn();
    counts.push(gone.length);
  }
  assert.deepEqual(counts, [64, 96, 100]);
  assert.deepEqual(gone, Array.from({ length: 100 }, (_, at) => at));
});

Deno.test("TurnBudget makes no request wait when they come one by one", async () => {
  const clock = manualClock();
  const budget = new TurnBudget(clock);
  for (let at = 0; at < 100; at++) {
    assert.equal(budget.enter(), undefined);
    await clock.advance(5);
  }
});
