import assert from "node:assert/strict";
import { PublisherGate } from "../../../cim/logs/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

/** A gate with a recorded target, whose holders release it at their limit. */
function fixture() {
  const clock = manualClock(0);
  const gate = new PublisherGate(clock);
  const calls: string[] = [];
  gate.attach({ pause: () => calls.push("pause"), resume: () => calls.push("resume") });
  const hold = (maxMs: number) => {
    const holder = {};
    gate.hold(holder, { maxMs, onLimit: () => gate.release(holder) });
    return holder;
  };
  return { clock, gate, calls, hold };
}

Deno.test("PublisherGate pauses publishers until the last holder releases it", async () => {
  const { clock, gate, calls, hold } = fixture();
  const first = hold(1_000);
  hold(2_000);
  gate.release(first);
  gate.release(first);
  await clock.advance(1_999);
  assert.deepEqual(calls, ["pause"]);
  await clock.advance(1);
  assert.deepEqual(calls, ["pause", "resume"]);
  assert.deepEqual([gate.isPaused, gate.pauses, clock.pending], [false, 1, 0]);
});

Deno.test("PublisherGate ends holds after 400 ms while it is urgent, those in progress included", async () => {
  const { clock, gate, calls, hold } = fixture();
  hold(5_000);
  hold(1_300);
  await clock.advance(1_000);
  gate.setUrgent(true);
  gate.setUrgent(true);
  await clock.advance(300);
  assert.equal(gate.isPaused, true);
  await clock.advance(100);
  assert.deepEqual(calls, ["pause", "resume"]);
  hold(5_000);
  await clock.advance(400);
  assert.equal(gate.isPaused, false);
  gate.setUrgent(false);
  hold(5_000);
  await clock.advance(4_999);
  assert.equal(gate.isPaused, true);
  await clock.advance(1);
  assert.deepEqual([gate.isPaused, gate.pauses], [false, 3]);
});
