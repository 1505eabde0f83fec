import assert from "node:assert/strict";
import { watchParent } from "../../../cim/process/mod.ts";
import { until } from "../../_support/until.ts";

Deno.test("watchParent() reports once that the process got another parent", async () => {
  let parent = 10;
  let calls = 0;
  let checks = 0;
  using _watch = watchParent({
    parentId: () => (checks++, parent),
    onGone: () => void calls++,
    everyMs: 1,
  });
  await until("three checks", () => checks > 3);
  assert.equal(calls, 0);
  parent = 1;
  await until("the report", () => calls > 0);
  const after = checks;
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual([calls, checks], [1, after]);
});

Deno.test("watchParent() stops when it is disposed of", () => {
  // A timer that is left would fail this test.
  watchParent({ parentId: () => 1, onGone: () => {} })[Symbol.dispose]();
});
