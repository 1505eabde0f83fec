import assert from "node:assert/strict";
import { clockFrom, systemClock } from "../../../core/async/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("sleep() resolves after its delay and not before", async () => {
  const clock = manualClock();
  let awake = false;
  const sleeping = clock.sleep(100).then(() => awake = true);
  await clock.advance(99);
  assert.equal(awake, false);
  await clock.advance(1);
  await sleeping;
  assert.equal(awake, true);
});

Deno.test("sleep() rejects with the signal's reason and leaves no timer behind", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(100, { signal: controller.signal });
  controller.abort(new Error("get up"));
  await assert.rejects(sleeping, { message: "get up" });
  assert.equal(clock.pending, 0);
});

Deno.test("sleep() starts no timer when its signal has aborted already", async () => {
  const clock = manualClock();
  const signal = AbortSignal.abort(new Error("too late"));
  await assert.rejects(clock.sleep(100, { signal }), { message: "too late" });
  assert.equal(clock.pending, 0);
});

Deno.test("every() yields one tick a period and ends without error when its signal aborts", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const ticks: number[] = [];
  const loop = (async () => {
    for await (const tick of clock.every(10, { signal: controller.signal })) ticks.push(tick);
  })();
  await clock.advance(35);
  assert.deepEqual(ticks, [1, 2, 3]);
  controller.abort();
  await loop;
  assert.equal(clock.pending, 0);
});

Deno.test("every() skips the ticks that a slow loop missed", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const ticks: number[] = [];
  const loop = (async () => {
    for await (const tick of clock.every(10, { signal: controller.signal })) {
      ticks.push(tick);
      if (tick === 1) await clock.sleep(45);
    }
  })();
  // Tick 1 at 10, then busy until 55: the ticks 2 to 5 are gone, the next one due is late and comes at once.
  await clock.advance(65);
  controller.abort();
  await loop;
  assert.deepEqual(ticks, [1, 5, 6]);
});

Deno.test("every() refuses a period of 0", async () => {
  await assert.rejects(async () => {
    for await (const _ of manualClock().every(0)) assert.fail("must not tick");
  }, RangeError);
});

Deno.test("the system clock fires timers, and not those that were disposed of", async () => {
  const fired: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.timer(0, () => fired.push("disposed"))[Symbol.dispose]();
  using _timer = systemClock.timer(1, () => {
    fired.push("kept");
    resolve();
  });
  await promise;
  assert.deepEqual(fired, ["kept"]);
});

Deno.test("the system clock accepts delays longer than the longest timer of the runtime", () => {
  // Beyond 2^31 ms a bare setTimeout would fire at once; sanitizers see that this one is gone afterwards.
  systemClock.timer(Infinity, () => assert.fail("must not fire"))[Symbol.dispose]();
});

Deno.test("the system clock shows the wall clock and a monotonic one", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert(now >= before && now <= Date.now());
  const first = systemClock.monotonic();
  assert(systemClock.monotonic() >= first);
});

Deno.test("clockFrom() removes its abort listener once the sleep is over", async () => {
  let listeners = 0;
  const controller = new AbortController();
  const { signal } = controller;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, args);
  };
  const clock = clockFrom({
    now: () => 0,
    monotonic: () => 0,
    timer(_delayMs, callback) {
      queueMicrotask(callback);
      return { [Symbol.dispose]() {} };
    },
  });
  for (let round = 0; round < 3; round++) await clock.sleep(1, { signal });
  assert.equal(listeners, 0);
});
