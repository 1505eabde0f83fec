import assert from "node:assert/strict";
import { TaskGroup } from "../../../core/mod.ts";
import { LevelQueue, type QueueItem } from "../../../cim/config_push/level_queue.ts";
import type { Push } from "../../../cim/config_push/push.ts";
import type { PushInput } from "../../../cim/config_push/push_machine.ts";

/** A queue whose items end when the test ends them. */
function setUp({ isAppReady = () => true }: { isAppReady?: () => boolean } = {}) {
  const begun: number[] = [];
  const inputs: PushInput[] = [];
  const ends = new Map<number, () => void>();
  const progress = { done: 0 };
  const queue = new LevelQueue({ isAppReady, onDone: () => progress.done++ });
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  tasks.run("queue", (signal) => queue.run(signal));
  function item(revision: number, { isOwn = false } = {}): QueueItem {
    const push = isOwn ? undefined : { feed: (input: PushInput) => inputs.push(input) };
    return {
      change: { key: `k/${revision}`, level: "ms", dataKey: "a.json", revision },
      push: push as unknown as Push,
      run(signal) {
        begun.push(revision);
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
  const [first, second] = [test.item(1), test.item(1)];
  test.queue.add(first);
  test.queue.add(second);
  assert.equal(test.queue.find("k/1"), first);
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

Deno.test("feedCurrent() reaches the current item only", async () => {
  await using test = setUp();
  test.queue.feedCurrent({ type: "go" });
  test.queue.add(test.item(1));
  await test.settle();
  test.queue.feedCurrent({ type: "go" });
  assert.deepEqual(test.inputs, [{ type: "go" }]);
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
