import assert from "node:assert/strict";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { followLease, type Lease } from "../../../cim/config_push/lease.ts";

/** Follows a lease that the test controls; without `leaseMs` the key has none. */
function setUp({ leaseMs, isDown = false }: { leaseMs?: number; isDown?: boolean } = {}) {
  const clock = manualClock();
  const controller = new AbortController();
  const calls: string[] = [];
  const store = { isDown, reads: 0, read: (): Lease => ({ state: "unleased" }) };
  const seconds = () => Math.round(clock.monotonic() / 1_000) - begun;
  const begun = Math.round(clock.monotonic() / 1_000);
  const leaseUntil = (endMs: number) => {
    const end = clock.monotonic() + endMs;
    store.read = () => ({ state: "leased", remainingMs: Math.max(0, end - clock.monotonic()) });
  };
  if (leaseMs !== undefined) leaseUntil(leaseMs);
  const done = followLease({
    clock,
    log: recordingLogs(clock).registry.logger("lease"),
    read() {
      store.reads++;
      return store.isDown ? Promise.reject(new Error("down")) : Promise.resolve(store.read());
    },
    timeoutMs: 180_000,
    marginMs: 5_000,
    onLate: () => calls.push(`late ${seconds()}`),
    onOver: () => calls.push(`over ${seconds()}`),
  }, controller.signal);
  return { clock, calls, store, leaseUntil, done, stop: () => controller.abort() };
}

Deno.test("followLease() times a key without a lease with the agent's clock", async () => {
  const test = setUp();
  await test.clock.advance(200_000);
  await test.done;
  assert.deepEqual(test.calls, ["late 175", "over 180"]);
});

Deno.test("followLease() ends when the key is gone, not when its clock says so", async () => {
  const test = setUp({ leaseMs: 60_000 });
  await test.clock.advance(90_000);
  assert.deepEqual(test.calls, ["late 55"]);
  test.store.read = () => ({ state: "gone" });
  await test.clock.advance(1_000);
  await test.done;
  assert.deepEqual(test.calls, ["late 55", "over 90"]);
});

Deno.test("followLease() starts over when the store renewed the lease", async () => {
  const test = setUp({ leaseMs: 60_000 });
  await test.clock.advance(50_000);
  test.leaseUntil(60_000);
  await test.clock.advance(50_000);
  assert.deepEqual(test.calls, []);
  await test.clock.advance(6_000);
  assert.deepEqual(test.calls, ["late 105"]);
  test.stop();
  await test.done;
});

Deno.test("followLease() ends nothing while the store is unreachable", async () => {
  const test = setUp({ isDown: true });
  await test.clock.advance(600_000);
  assert.deepEqual(test.calls, []);
  assert(test.store.reads < 1_000, `${test.store.reads} reads`);
  test.store.isDown = false;
  test.store.read = () => ({ state: "gone" });
  await test.clock.advance(2_000);
  await test.done;
  assert.equal(test.calls.length, 1);
});

Deno.test("followLease() uses at most a quarter of a short lease as margin", async () => {
  const test = setUp({ leaseMs: 10_000 });
  await test.clock.advance(7_000);
  assert.deepEqual(test.calls, []);
  await test.clock.advance(1_000);
  assert.deepEqual(test.calls, ["late 8"]);
  test.stop();
  await test.done;
});
