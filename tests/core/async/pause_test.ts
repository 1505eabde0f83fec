import assert from "node:assert/strict";
import { pause } from "../../../core/async/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("pause() resolves after its time", async () => {
  const clock = manualClock();
  let isOver = false;
  const pausing = pause(clock, 10, new AbortController().signal).then(() => isOver = true);
  await clock.advance(9);
  assert.equal(isOver, false);
  await clock.advance(1);
  await pausing;
});

Deno.test("pause() resolves when its signal aborts, before or during the wait", async () => {
  const clock = manualClock();
  await pause(clock, 10, AbortSignal.abort());
  const stop = new AbortController();
  const pausing = pause(clock, 10, stop.signal);
  stop.abort();
  await pausing;
});

Deno.test("pause() rejects with an error that is not that of the signal", async () => {
  const clock = { ...manualClock(), sleep: () => Promise.reject(new Error("broken clock")) };
  await assert.rejects(pause(clock, 10, new AbortController().signal), /broken clock/);
});
