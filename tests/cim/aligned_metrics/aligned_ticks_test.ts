import assert from "node:assert/strict";
import { type AlignedTick, alignedTicks } from "../../../cim/aligned_metrics/mod.ts";
import { type Clock, clockFrom } from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

const minute = 60_000;
/** A multiple of a minute, 12 seconds later. */
const start = 1_600_000_020_000 + 12_000;

/** Ticks of a minute. */
function setUp(wrap: (clock: Clock) => Clock = (same) => same) {
  const clock = manualClock(start);
  const stop = new AbortController();
  const ticks: AlignedTick[] = [];
  const running = (async () => {
    for await (const tick of alignedTicks(wrap(clock), minute, stop.signal)) ticks.push(tick);
  })();
  return {
    clock,
    ticks,
    /** Times of the ticks so far, in minutes after the first whole minute before the start. */
    minutes: () => ticks.map(({ timeMs }) => (timeMs - (start - 12_000)) / minute),
    pass: (ms: number) => clock.advance(ms),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

Deno.test("alignedTicks() ticks at multiples of the interval since 1970, the first one included", async () => {
  await using test = setUp();
  await test.pass(47_000);
  assert.deepEqual(test.ticks, []);
  await test.pass(1_000);
  assert.deepEqual(test.ticks, [
    { timeMs: start + 48_000, skipped: 0, jumpMs: 0, isReset: false },
  ]);
  await test.pass(2 * minute);
  assert.deepEqual(test.minutes(), [1, 2, 3]);
});

Deno.test("C2-32: a clock that jumps forward passes aligned times over, counts them, and never catches up", async () => {
  await using test = setUp();
  await test.pass(minute);
  assert.deepEqual(test.minutes(), [1]);
  // From 0:01:12 to 0:11:30, so that the times from 0:02 to 0:11 are passed over.
  test.clock.setNow(test.clock.now() + 10 * minute + 18_000);
  await test.pass(2 * minute);
  assert.deepEqual(test.minutes(), [1, 12, 13]);
  const [, after, next] = test.ticks;
  assert.deepEqual([after.skipped, after.jumpMs, after.isReset], [10, 618_000, false]);
  assert.deepEqual([next.skipped, next.jumpMs], [0, 0]);
});

Deno.test("C2-32: a small jump back repeats no aligned time, and is flagged", async () => {
  await using test = setUp();
  await test.pass(minute);
  test.clock.setNow(test.clock.now() - 30_000);
  await test.pass(3 * minute);
  assert.deepEqual(test.minutes(), [1, 2, 3]);
  assert.deepEqual(test.ticks.map(({ jumpMs }) => jumpMs), [0, -30_000, 0]);
  assert(test.ticks.every(({ isReset }) => !isReset));
});

Deno.test("C2-32: a long jump back begins again at the new time, and says that times may come again", async () => {
  await using test = setUp();
  await test.pass(5 * minute);
  test.clock.setNow(test.clock.now() - 4 * minute);
  await test.pass(2 * minute);
  assert.deepEqual(test.minutes(), [1, 2, 3, 4, 5, 2, 3]);
  assert.deepEqual(test.ticks.map(({ isReset }) => isReset), [
    ...Array(5).fill(false),
    true,
    false,
  ]);
  assert.equal(test.ticks[5].jumpMs, -4 * minute);
});

Deno.test("C2-32: a leap second and slow drift are no jump, and cause no storm of timers", async () => {
  await using test = setUp();
  await test.pass(minute);
  for (let slew = 0; slew < 10; slew++) {
    test.clock.setNow(test.clock.now() + 100);
    await test.pass(6_000);
  }
  await test.pass(minute);
  assert.deepEqual(test.minutes(), [1, 2, 3]);
  assert(test.ticks.every(({ skipped, jumpMs }) => skipped === 0 && jumpMs === 0));
});

Deno.test("alignedTicks() leaves out times that the process slept through, and counts them", async () => {
  let lateMs = 0;
  await using test = setUp((clock) =>
    clockFrom({
      now: clock.now,
      monotonic: clock.monotonic,
      timer: (delayMs, callback) => clock.timer(delayMs + lateMs, callback),
    })
  );
  await test.pass(minute);
  // All timers fire 100 s late once, as after a suspension that both clocks count.
  lateMs = 100_000;
  await test.pass(6_000);
  lateMs = 0;
  await test.pass(4 * minute);
  assert.deepEqual(test.minutes(), [1, 3, 4, 5]);
  assert.deepEqual(test.ticks.map(({ skipped, jumpMs }) => [skipped, jumpMs]), [
    [0, 0],
    [1, 0],
    [0, 0],
    [0, 0],
  ]);
});
