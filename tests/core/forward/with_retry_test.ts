import { storeErrors } from "../../../core/keyvalue/mod.ts";
import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import { delivered, withRetry } from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { never, retryLater, scripted } from "./_senders.ts";

const steady = { min: 100, max: 1_000, random: () => 1 };

Deno.test("withRetry() retries with growing delays until the item is delivered", async () => {
  const clock = manualClock();
  const sender = scripted<string>(retryLater, retryLater, delivered);
  const delays: number[] = [];
  const stage = withRetry(sender, {
    ...steady,
    clock,
    onRetry: (_delivery, _attempt, delayMs) => delays.push(delayMs),
  });
  const answer = stage.send("a", never);
  await clock.advance(100 + 200);
  assert.deepEqual(await answer, delivered);
  assert.deepEqual([sender.items.length, delays], [3, [100, 200]]);
});

Deno.test("withRetry() returns the last outcome when the attempts are used up", async () => {
  const clock = manualClock();
  const sender = scripted<string>(retryLater);
  const answer = withRetry(sender, { ...steady, clock, attempts: 2 }).send("a", never);
  await clock.advance(100);
  assert.deepEqual([await answer, sender.items.length], [retryLater, 2]);
});

Deno.test("withRetry() does not retry a rejected item", async () => {
  const rejected = { status: "rejected", reason: "too_large" } as const;
  const sender = scripted<string>(rejected);
  assert.deepEqual(await withRetry(sender, steady).send("a", never), rejected);
  assert.equal(sender.items.length, 1);
});

Deno.test("withRetry() retries a thrown error only if the error is retryable", async () => {
  const error = new AgentError(storeErrors.store_denied, "Cannot write: denied");
  const answer = await withRetry(scripted<string>(error), steady).send("a", never);
  assert.deepEqual(answer, { status: "rejected", reason: "store_denied", cause: error });
});

Deno.test("withRetry() waits for afterMs of the outcome when that is longer than the backoff", async () => {
  const clock = manualClock();
  const sender = scripted<string>({ status: "retry", reason: "down", afterMs: 5_000 }, delivered);
  const answer = withRetry(sender, { ...steady, clock }).send("a", never);
  await clock.advance(4_999);
  assert.equal(sender.items.length, 1);
  await clock.advance(1);
  assert.deepEqual(await answer, delivered);
});

Deno.test("withRetry() ends its delay when the signal aborts", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const answer = withRetry(scripted<string>(retryLater), { ...steady, clock })
    .send("a", controller.signal);
  await clock.advance(50);
  controller.abort();
  assert.deepEqual(await answer, retryLater);
  assert.equal(clock.pending, 0);
});

Deno.test("withRetry() throws for options out of range", () => {
  assert.throws(() => withRetry(scripted(), { attempts: 0 }), RangeError);
  assert.throws(() => withRetry(scripted(), { min: 10, max: 1 }), RangeError);
});
