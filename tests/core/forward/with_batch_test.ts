import assert from "node:assert/strict";
import { delivered, withBatch } from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { held, never, retryLater, scripted } from "./_senders.ts";

Deno.test("withBatch() sends a full batch at once, in order", async () => {
  const clock = manualClock();
  const sender = scripted<readonly string[]>(delivered);
  const stage = withBatch(sender, { maxItems: 2, clock });
  const answers = await Promise.all([stage.send("a", never), stage.send("b", never)]);
  assert.deepEqual([answers, sender.items], [[delivered, delivered], [["a", "b"]]]);
  assert.equal(clock.pending, 0);
});

Deno.test("withBatch() sends a batch when its first item has waited for linger", async () => {
  const clock = manualClock();
  const sender = scripted<readonly string[]>(delivered);
  const stage = withBatch(sender, { linger: 50, clock });
  const answer = stage.send("a", never);
  await clock.advance(49);
  assert.deepEqual(sender.items, []);
  await clock.advance(1);
  assert.deepEqual([await answer, sender.items], [delivered, [["a"]]]);
});

Deno.test("withBatch() returns to each item the outcome of its own batch", async () => {
  const sender = scripted<readonly string[]>(retryLater, delivered);
  const stage = withBatch(sender, { maxItems: 1, clock: manualClock() });
  assert.deepEqual(await stage.send("a", never), retryLater);
  assert.deepEqual(await stage.send("b", never), delivered);
});

Deno.test("withBatch() aborts a batch only when the signals of all its items aborted", async () => {
  const sender = held<readonly string[]>();
  const stage = withBatch(sender, { maxItems: 2, clock: manualClock() });
  const [one, two] = [new AbortController(), new AbortController()];
  const answers = [stage.send("a", one.signal), stage.send("b", two.signal)];
  one.abort();
  assert.equal(sender.signals[0].aborted, false);
  two.abort();
  assert.equal(sender.signals[0].aborted, true);
  sender.answer(0, retryLater);
  assert.deepEqual(await Promise.all(answers), [retryLater, retryLater]);
});

Deno.test("withBatch() throws for options out of range", () => {
  assert.throws(() => withBatch(scripted(), { maxItems: 0 }), RangeError);
  assert.throws(() => withBatch(scripted(), { linger: -1 }), RangeError);
});
