import assert from "node:assert/strict";
import { delivered, withBatch } from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { held, never, retryLater, scripted } from "./_senders.ts";

Deno.test("withBatch() sends at once when the batch is full, in order", async () => {
  const clock = manualClock();
  const sender = scripted<readonly string[]>(delivered);
  const stage = withBatch(sender, { maxItems: 2, clock });
  const answers = await Promise.all([stage.send("a", never), stage.send("b", never)]);
  assert.deepEqual([answers, sender.items], [[delivered, delivered], [["a", "b"]]]);
  assert.equal(clock.pending, 0);
});

Deno.test("withBatch() sends what there is when the first item waited long enough", async () => {
  const clock = manualClock();
  const sender = scripted<readonly string[]>(delivered);
  const stage = withBatch(sender, { lingerMs: 50, clock });
  const answer = stage.send("a", never);
  await clock.advance(49);
  assert.deepEqual(sender.items, []);
  await clock.advance(1);
  assert.deepEqual([await answer, sender.items], [delivered, [["a"]]]);
});

Deno.test("withBatch() gives each item the answer of its own batch", async () => {
  const sender = scripted<readonly string[]>(retryLater, delivered);
  const stage = withBatch(sender, { maxItems: 1, clock: manualClock() });
  assert.deepEqual(await stage.send("a", never), retryLater);
  assert.deepEqual(await stage.send("b", never), delivered);
});

Deno.test("withBatch() aborts a batch only when all its items were given up", async () => {
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

Deno.test("withBatch() refuses ranges that make no sense", () => {
  assert.throws(() => withBatch(scripted(), { maxItems: 0 }), RangeError);
  assert.throws(() => withBatch(scripted(), { lingerMs: -1 }), RangeError);
});
