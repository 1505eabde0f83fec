import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("advance() runs timers in the order they fall due, those of one moment as they were set", async () => {
  const clock = manualClock(0);
  const fired: string[] = [];
  clock.timer(20, () => fired.push(`b ${clock.now()}`));
  clock.timer(10, () => fired.push(`a ${clock.now()}`));
  clock.timer(20, () => fired.push(`c ${clock.now()}`));
  await clock.advance(30);
  assert.deepEqual(fired, ["a 10", "b 20", "c 20"]);
  assert.equal(clock.now(), 30);
  assert.equal(clock.monotonic(), 30);
});

Deno.test("advance() runs what timers and their waiters set on the way", async () => {
  const clock = manualClock();
  const fired: number[] = [];
  (async () => {
    for (let round = 0; round < 3; round++) {
      await clock.sleep(10);
      fired.push(clock.monotonic());
    }
  })();
  await clock.advance(30);
  assert.deepEqual(fired, [10, 20, 30]);
  assert.equal(clock.pending, 0);
});

Deno.test("setNow() moves the wall clock and leaves timers and durations alone", async () => {
  const clock = manualClock(1_000);
  let fired = false;
  clock.timer(10, () => fired = true);
  clock.setNow(0);
  assert.equal(clock.monotonic(), 0);
  await clock.advance(10);
  assert(fired);
  assert.equal(clock.now(), 10);
});

Deno.test("pending counts timers that neither fired nor were disposed of", async () => {
  const clock = manualClock();
  clock.timer(5, () => {});
  clock.timer(50, () => {});
  clock.timer(5, () => {})[Symbol.dispose]();
  assert.equal(clock.pending, 2);
  await clock.advance(5);
  assert.equal(clock.pending, 1);
});

Deno.test("any timers fire once each, in order, and only those that are due", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 100 }), { maxLength: 6 }),
      fc.nat({ max: 100 }),
      async (delays, ms) => {
        const clock = manualClock(0);
        const fired: number[] = [];
        for (const delay of delays) clock.timer(delay, () => fired.push(clock.now()));
        await clock.advance(ms);
        const due = delays.filter((delay) => delay <= ms).toSorted((x, y) => x - y);
        assert.deepEqual(fired, due);
      },
    ),
    { numRuns: 20 },
  );
});
