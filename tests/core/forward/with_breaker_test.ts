import assert from "node:assert/strict";
import { delivered, withBreaker } from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { held, never, retryLater, scripted } from "./_senders.ts";

Deno.test("withBreaker() opens after failures in a row and returns the time until the probe", async () => {
  const clock = manualClock();
  const sender = scripted<string>(retryLater);
  const stage = withBreaker(sender, { failures: 2, coolDown: 1_000, clock });
  await stage.send("a", never);
  await stage.send("b", never);
  await clock.advance(400);
  assert.deepEqual(await stage.send("c", never), {
    status: "retry",
    reason: "breaker_open",
    afterMs: 600,
  });
  assert.deepEqual(sender.items, ["a", "b"]);
});

Deno.test("withBreaker() lets one probe through after the cool-down and closes when it succeeds", async () => {
  const clock = manualClock();
  const states: string[] = [];
  const sender = scripted<string>(retryLater, delivered);
  const stage = withBreaker(sender, {
    failures: 1,
    coolDown: 1_000,
    clock,
    onChange: (state) => states.push(state),
  });
  await stage.send("a", never);
  await clock.advance(1_000);
  assert.deepEqual(await stage.send("b", never), delivered);
  assert.deepEqual(states, ["open", "half_open", "closed"]);
});

Deno.test("withBreaker() lets no second probe through while one is in flight", async () => {
  const clock = manualClock();
  const sender = held<string>();
  const stage = withBreaker(sender, { failures: 1, coolDown: 1_000, clock });
  const first = stage.send("a", never);
  sender.answer(0, retryLater);
  await first;
  await clock.advance(1_000);
  const trial = stage.send("b", never);
  const second = await stage.send("c", never);
  assert.equal("reason" in second && second.reason, "breaker_open");
  sender.answer(1, delivered);
  assert.deepEqual(await trial, delivered);
});

Deno.test("withBreaker() opens again when the probe fails", async () => {
  const clock = manualClock();
  const sender = scripted<string>(retryLater);
  const stage = withBreaker(sender, { failures: 3, coolDown: 1_000, clock });
  for (const item of ["a", "b", "c"]) await stage.send(item, never);
  await clock.advance(1_000);
  await stage.send("d", never);
  await stage.send("e", never);
  assert.deepEqual(sender.items, ["a", "b", "c", "d"]);
});

Deno.test("withBreaker() counts a rejection as success", async () => {
  const rejected = { status: "rejected", reason: "too_large" } as const;
  const sender = scripted<string>(retryLater, rejected, retryLater, delivered);
  const stage = withBreaker(sender, { failures: 2, clock: manualClock() });
  for (const item of ["a", "b", "c", "d"]) await stage.send(item, never);
  assert.equal(sender.items.length, 4);
});

Deno.test("withBreaker() throws for options out of range", () => {
  assert.throws(() => withBreaker(scripted(), { failures: 0 }), RangeError);
  assert.throws(() => withBreaker(scripted(), { coolDown: 0 }), RangeError);
});
