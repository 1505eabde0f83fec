import assert from "node:assert/strict";
import { RepeatLimit } from "../../../core/log/repeat_limit.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("check() begins a new window after ten seconds and returns the number left out in the last one", async () => {
  const clock = manualClock();
  const limit = new RepeatLimit(clock);
  const answers = Array.from({ length: 22 }, () => limit.check("a"));
  assert.deepEqual(answers, [...Array(20).fill(0), "suppress", "suppress"]);
  await clock.advance(10_000);
  assert.equal(limit.check("a"), 2);
  await clock.advance(10_000);
  assert.equal(limit.check("a"), 0);
});

Deno.test("check() remembers a bounded number of lines and forgets the oldest", () => {
  const limit = new RepeatLimit(manualClock());
  for (let round = 0; round < 21; round++) limit.check("old");
  assert.equal(limit.suppressed, 1);
  for (let line = 0; line < 1_000; line++) limit.check(`line ${line}`);
  // Forgotten, so it begins anew.
  assert.equal(limit.check("old"), 0);
});
