import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { BoundedQueue, type OverflowPolicy } from "../../../core/async/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";

/** Lets promise callbacks run. */
async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

Deno.test("BoundedQueue gives items in the order they came", async () => {
  const queue = new BoundedQueue<number>({ capacity: 3 });
  for (const item of [1, 2, 3]) await queue.put(item);
  assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], [1, 2, 3]);
  assert.equal(queue.tryTake(), undefined);
});

Deno.test("put() waits for room when the policy is block", async () => {
  const queue = new BoundedQueue<number>({ capacity: 1 });
  await queue.put(1);
  let put = false;
  const waiting = queue.put(2).then(() => put = true);
  await turns();
  assert.equal(put, false);
  assert.equal(queue.size, 1);
  assert.equal(await queue.take(), 1);
  await waiting;
  assert.equal(await queue.take(), 2);
});

Deno.test("put() drops the oldest item and calls onDrop when the policy is drop_oldest", async () => {
  const lost: number[] = [];
  const queue = new BoundedQueue<number>({
    capacity: 2,
    policy: "drop_oldest",
    onDrop: (item) => lost.push(item),
  });
  for (const item of [1, 2, 3, 4]) await queue.put(item);
  assert.deepEqual(lost, [1, 2]);
  assert.equal(queue.dropped, 2);
  assert.deepEqual([queue.tryTake(), queue.tryTake()], [3, 4]);
});

Deno.test("put() drops the new item and calls onDrop when the policy is drop_newest", async () => {
  const lost: number[] = [];
  const queue = new BoundedQueue<number>({
    capacity: 2,
    policy: "drop_newest",
    onDrop: (item) => lost.push(item),
  });
  for (const item of [1, 2, 3, 4]) await queue.put(item);
  assert.deepEqual(lost, [3, 4]);
  assert.equal(queue.dropped, 2);
  assert.deepEqual([queue.tryTake(), queue.tryTake()], [1, 2]);
});

Deno.test("tryPut() returns false and changes nothing when the queue is full or closed", () => {
  const queue = new BoundedQueue<number>({ capacity: 1, policy: "drop_oldest" });
  assert(queue.tryPut(1));
  assert(!queue.tryPut(2));
  assert.equal(queue.dropped, 0);
  assert.equal(queue.tryTake(), 1);
  queue.close();
  assert(!queue.tryPut(3));
});

Deno.test("take() rejects with the signal's reason and leaves the next item to others", async () => {
  const queue = new BoundedQueue<number>({ capacity: 1 });
  const controller = new AbortController();
  const given = queue.take({ signal: controller.signal });
  const patient = queue.take();
  controller.abort(new Error("enough"));
  await assert.rejects(given, { message: "enough" });
  queue.tryPut(7);
  assert.equal(await patient, 7);
});

Deno.test("put() rejects with the signal's reason and leaves the room to others", async () => {
  const queue = new BoundedQueue<number>({ capacity: 1 });
  await queue.put(1);
  const controller = new AbortController();
  const given = queue.put(2, { signal: controller.signal });
  const patient = queue.put(3);
  controller.abort(new Error("enough"));
  await assert.rejects(given, { message: "enough" });
  assert.equal(await queue.take(), 1);
  await patient;
  assert.equal(await queue.take(), 3);
});

Deno.test("take() does not wait when its signal has aborted already", async () => {
  const queue = new BoundedQueue<number>({ capacity: 1 });
  await assert.rejects(queue.take({ signal: AbortSignal.abort(new Error("late")) }), {
    message: "late",
  });
});

Deno.test("take() returns the items that are left after close(), then undefined", async () => {
  const queue = new BoundedQueue<number>({ capacity: 2 });
  await queue.put(1);
  queue.close();
  queue.close();
  assert.equal(await queue.take(), 1);
  assert.equal(await queue.take(), undefined);
});

Deno.test("close() wakes takers with undefined and putters with closed", async () => {
  const empty = new BoundedQueue<number>({ capacity: 1 });
  const taker = empty.take();
  empty.close();
  assert.equal(await taker, undefined);

  const full = new BoundedQueue<number>({ capacity: 1 });
  await full.put(1);
  const putter = full.put(2);
  full.close();
  await assert.rejects(putter, (error) => error instanceof AgentError && error.code === "closed");
});

Deno.test("iteration ends when the queue is closed and empty", async () => {
  const queue = new BoundedQueue<number>({ capacity: 10 });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of queue) seen.push(item);
  })();
  await queue.put(1);
  await queue.put(2);
  await turns();
  await queue.put(3);
  queue.close();
  await reading;
  assert.deepEqual(seen, [1, 2, 3]);
});

for (const capacity of [0, -1, 1.5, NaN, Infinity]) {
  Deno.test(`BoundedQueue refuses the capacity ${capacity}`, () => {
    assert.throws(() => new BoundedQueue({ capacity }), RangeError);
  });
}

Deno.test("BoundedQueue behaves as an array with a bound under any sequence of operations", async () => {
  const policies: OverflowPolicy[] = ["drop_oldest", "drop_newest"];
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(...policies),
    fc.array(fc.boolean(), { maxLength: 200 }),
    async (capacity, policy, puts) => {
      const lost: number[] = [];
      const queue = new BoundedQueue<number>({ capacity, policy, onDrop: (n) => lost.push(n) });
      const model: number[] = [];
      const modelLost: number[] = [];
      for (const [item, isPut] of puts.entries()) {
        if (!isPut) {
          assert.equal(queue.tryTake(), model.shift());
          continue;
        }
        await queue.put(item);
        if (model.length < capacity) model.push(item);
        else if (policy === "drop_newest") modelLost.push(item);
        else {
          modelLost.push(model.shift()!);
          model.push(item);
        }
        assert.equal(queue.size, model.length);
      }
      assert.deepEqual(lost, modelLost);
      assert.equal(queue.dropped, modelLost.length);
    },
  ));
});

Deno.test("BoundedQueue loses and repeats nothing between several producers and consumers", async () => {
  const queue = new BoundedQueue<number>({ capacity: 3 });
  const seen: number[] = [];
  const consumers = Array.from({ length: 4 }, async () => {
    for await (const item of queue) seen.push(item);
  });
  await Promise.all(
    Array.from({ length: 4 }, async (_, producer) => {
      for (let item = 0; item < 1_000; item++) await queue.put(producer * 1_000 + item);
    }),
  );
  queue.close();
  await Promise.all(consumers);
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    Array.from({ length: 4_000 }, (_, item) => item),
  );
});
