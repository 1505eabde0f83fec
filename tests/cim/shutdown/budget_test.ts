import assert from "node:assert/strict";
import { sourcesFrom } from "../../../core/mod.ts";
import { appWaitMs, drainWaitMs, shutdownBudgetMs } from "../../../cim/shutdown/mod.ts";

const sources = (env: Record<string, string>) => sourcesFrom({ env, envPrefix: "CIM_" });

Deno.test("D-102 shutdownBudgetMs() uses a grace period of 30 seconds by default", () => {
  assert.equal(shutdownBudgetMs(sources({})), 29_000);
});

Deno.test("D-98 appWaitMs() leaves three seconds of the grace period", () => {
  const budgetMs = shutdownBudgetMs(sources({ CIM_SHUTDOWN_GRACE: "60s" }));
  assert.equal(appWaitMs(budgetMs), 57_000);
});

Deno.test("appWaitMs() leaves half of a small budget for draining", () => {
  assert.equal(appWaitMs(1_000), 500);
  assert.equal(appWaitMs(0), 0);
});

Deno.test("drainWaitMs() leaves half of the remaining time for writing what the agent holds", () => {
  assert.deepEqual([2_000, 500, 0, -10].map(drainWaitMs), [1_000, 250, 0, 0]);
});
