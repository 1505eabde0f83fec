import assert from "node:assert/strict";
import { delivered, withTimeout } from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { held, never, scripted } from "./_senders.ts";

Deno.test("withTimeout() aborts a sender after the limit and returns retry", async () => {
  const clock = manualClock();
  const sender = held<string>();
  const answer = withTimeout(sender, { limit: 1_000, clock }).send("a", never);
  await clock.advance(1_000);
  const delivery = await answer;
  assert.deepEqual([delivery.status, "reason" in delivery && delivery.reason], [
    "retry",
    "timeout",
  ]);
  assert.equal(sender.signals[0].aborted, true);
});

Deno.test("withTimeout() returns an outcome in time and leaves no timer", async () => {
  const clock = manualClock();
  const stage = withTimeout(scripted<string>(delivered), { limit: 1_000, clock });
  assert.deepEqual(await stage.send("a", never), delivered);
  assert.equal(clock.pending, 0);
});

Deno.test("withTimeout() returns retry when its own signal aborts", async () => {
  const controller = new AbortController();
  const clock = manualClock();
  const answer = withTimeout(held<string>(), { limit: 1_000, clock })
    .send("a", controller.signal);
  controller.abort();
  const delivery = await answer;
  assert.equal("reason" in delivery && delivery.reason, "aborted");
});

Deno.test("withTimeout() throws for a limit of 0", () => {
  assert.throws(() => withTimeout(scripted(), { limit: 0 }), RangeError);
});
