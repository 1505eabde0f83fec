import assert from "node:assert/strict";
import { TaskGroup } from "../../../core/mod.ts";
import { type ManualClock, manualClock } from "../../../core/testing/mod.ts";
import type { Lease } from "../../../cim/config_push/lease.ts";
import { LevelQueue, type QueueItem } from "../../../cim/config_push/level_queue.ts";
import type { Push } from "../../../cim/config_push/push.ts";
import type { PushInput } from "../../../cim/config_push/push_machine.ts";

/** The part of a push that a queue uses. */
interface FakePush {
  phase: string;
  isWaiting: boolean;
  canYield: boolean;
}

/** A queue whose items end when the test ends them. */
function setUp({ isAppReady = () => true }: { isAppReady?: () => boolean } = {}) {
  const begun: number[] = [];
  const inputs: PushInput[] = [];
  const ends = new Map<number, () => void>();
  const pushes = new Map<number, FakePush>();
  /** Ends of leases, on the clock's `monotonic`. */
  const leases = new Map<string, number>();
  const progress = { done: 0 };
  const clock: ManualClock = manualClock();
  const queue = new LevelQueue({
    isAppReady,
    onDone: () => progress.done++,
    clock,
    readLease(key): Promise<Lease> {
      const end = leases.get(key);
      if (end === undefined) return Promise.resolve({ state: "unleased" });
      return Promise.resolve({ state: "leased", remainingMs: end - clock.monotonic() });
    },
    leadMs: 10_000,
  });
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  tasks.run("queue", (signal) => queue.run(signal));
  function item(revision: number, { isOwn = false } = {}): QueueItem {
    const fake = { phase: "posting", isWaiting: false, canYield: false };
    pushes.set(revision, fake);
    const push = {
      get state() {
        return { phase: fake.phase };
      },
      get isWaiting() {
        return fake.isWaiting;
      },
      get canYield() {
        return fake.canYield;
      },
      rest: Promise.resolve(),
      feed(input: PushInput) {
        inputs.push(input);
        if (input.type !== "hold" || fake.phase === "posting") return;
        fake.phase = "held";
        ends.get(revision)?.();
      },
    };
    return {
      change: { key: `k/${revision}`, level: "ms", dataKey: "a.json", revision },
      bytes: 1,
      push: isOwn ? undefined : push as unknown as Push,
      run(signal) {
        begun.push(revision);
        fake.phase = "posting";
        return new Promise((resolve, reject) => {
          ends.set(revision, resolve);
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      },
    };
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  async function end(revision: number) {
    ends.get(revision)!();
    await settle();
  }
  return {
    queue,
    begun,
    inputs,
    pushes,
    leases,
    clock,
    progress,
    item,
    settle,
    end,
    [Symbol.asyncDispose]: () => tasks.close(),
  };
}

Deno.test("the queue processes items in the order of revisions, one at a time", async () => {
  await using test = setUp();
  for (const revision of [3, 1, 2]) test.queue.add(test.item(revision));
  await test.settle();
  assert.deepEqual(test.begun, [1]);
  assert.equal(test.queue.size, 3);
  await test.end(1);
  await test.end(2);
  await test.end(3);
  assert.deepEqual(test.begun, [1, 2, 3]);
  assert.equal(test.queue.size, 0);
  assert.equal(test.progress.done, 3);
});

Deno.test("equal revisions keep their order of arrival", async () => {
  await using test = setUp();
  const order: string[] = [];
  for (const name of ["b", "a", "c"]) {
    const item = test.item(1, { isOwn: true });
    const change = { ...item.change, key: name };
    test.queue.add({ ...item, change, run: () => Promise.resolve(void order.push(name)) });
  }
  await test.settle();
  assert.deepEqual(order, ["b", "a", "c"]);
});

Deno.test("an item for the application waits until it is ready, with all behind it", async () => {
  let isReady = false;
  await using test = setUp({ isAppReady: () => isReady });
  test.queue.add(test.item(1));
  test.queue.add(test.item(2, { isOwn: true }));
  await test.settle();
  assert.deepEqual(test.begun, []);
  isReady = true;
  test.queue.wake();
  await test.settle();
  assert.deepEqual(test.begun, [1]);
});

Deno.test("an item for the agent's own file does not wait for the application", async () => {
  await using test = setUp({ isAppReady: () => false });
  test.queue.add(test.item(1, { isOwn: true }));
  await test.settle();
  assert.deepEqual(test.begun, [1]);
});

Deno.test("remove() removes a queued item, not the current one", async () => {
  await using test = setUp();
  test.queue.add(test.item(1));
  test.queue.add(test.item(2));
  await test.settle();
  assert.equal(test.queue.remove("k/1"), undefined);
  assert.equal(test.queue.remove("k/2")?.change.revision, 2);
  assert.equal(test.queue.size, 1);
  assert.equal(test.queue.find("k/2"), undefined);
});

Deno.test("add() returns the current item to the queue when the application does not have it", async () => {
  await using test = setUp();
  test.queue.add(test.item(6));
  await test.settle();
  Object.assign(test.pushes.get(6)!, { phase: "pausing", canYield: true });
  test.queue.add(test.item(5));
  await test.settle();
  assert.deepEqual(test.begun, [6, 5]);
  await test.end(5);
  assert.deepEqual(test.begun, [6, 5, 6]);
  assert.equal(test.progress.done, 1);
});

Deno.test("resend() runs those that wait for a reply again, in order", async () => {
  await using test = setUp();
  for (const revision of [5, 6]) test.queue.add(test.item(revision));
  await test.settle();
  Object.assign(test.pushes.get(5)!, { phase: "waiting", isWaiting: true });
  test.leases.set("k/6", test.clock.monotonic() + 5_000);
  await test.clock.advance(4_000);
  Object.assign(test.pushes.get(6)!, { phase: "waiting", isWaiting: true });
  assert.deepEqual(test.begun, [5, 6]);
  test.queue.resend();
  await test.settle();
  assert.deepEqual(test.begun, [5, 6, 5]);
  assert.equal(test.queue.size, 2);
});

Deno.test("an unanswered item is overtaken shortly before the lease of a queued one ends", async () => {
  await using test = setUp();
  for (const revision of [5, 6, 7]) test.queue.add(test.item(revision));
  await test.settle();
  const begun = test.clock.monotonic();
  test.leases.set("k/7", begun + 30_000);
  await test.clock.advance(15_000);
  assert.deepEqual(test.begun, [5]);
  Object.assign(test.pushes.get(5)!, { phase: "waiting", isWaiting: true });
  await test.clock.advance(2_000);
  // The store renews the lease.
  test.leases.set("k/7", begun + 60_000);
  await test.clock.advance(30_000);
  assert.deepEqual(test.begun, [5]);
  await test.clock.advance(6_000);
  assert.deepEqual(test.begun, [5, 6]);
  assert.equal(test.queue.size, 3);
  assert.equal(test.queue.find("k/5")?.change.revision, 5);
  test.pushes.get(5)!.phase = "settled";
  await test.end(5);
  assert.equal(test.queue.size, 2);
  assert.equal(test.progress.done, 1);
});

Deno.test("an item that is still being sent is not overtaken", async () => {
  await using test = setUp();
  for (const revision of [5, 6]) test.queue.add(test.item(revision));
  test.leases.set("k/6", test.clock.monotonic() + 1_000);
  await test.settle();
  await test.clock.advance(60_000);
  assert.deepEqual(test.begun, [5]);
});

Deno.test("the queue ends with its signal, idle or busy", async () => {
  {
    await using idle = setUp();
    await idle.settle();
  }
  await using busy = setUp();
  busy.queue.add(busy.item(1));
  await busy.settle();
});
