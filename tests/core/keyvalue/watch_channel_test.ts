import assert from "node:assert/strict";
import {
  type ChangeBatch,
  changesBytes,
  PendingBudget,
  WatchChannel,
} from "../../../core/keyvalue/mod.ts";

function batch(revision: number, changes = 1): ChangeBatch {
  return {
    revision,
    changes: Array.from({ length: changes }, (_, index) => ({
      type: "delete",
      key: `k${index}`,
      revision,
    })),
  };
}

const options = { prefix: "a/", maxPending: 3, maxPendingBytes: 1_000_000 };

Deno.test("WatchChannel ignores a batch when its revision is not newer", async () => {
  const channel = new WatchChannel({ ...options, firstRevision: 5 });
  for (const revision of [3, 4, 5, 5, 4, 6]) channel.push(batch(revision));
  assert.equal((await channel.next()).value?.revision, 5);
  assert.equal((await channel.next()).value?.revision, 6);
  assert.equal(channel.pending, 0);
  assert.equal(channel.lastRevision, 6);
});

Deno.test("WatchChannel ends with queue_full when maxPending changes are pending", async () => {
  const channel = new WatchChannel(options);
  channel.push(batch(1, 3));
  assert(!channel.isEnded);
  channel.push(batch(2, 1));
  assert(channel.isEnded);
  assert.equal((await channel.next()).value?.revision, 1);
  await assert.rejects(channel.next(), {
    code: "queue_full",
    message: /"a\/".*3 changes with \d+ bytes behind/,
  });
  assert.equal((await channel.next()).done, true);
});

Deno.test("WatchChannel accepts a batch of any size when nothing is pending", async () => {
  const channel = new WatchChannel(options);
  channel.push(batch(1, 10));
  assert.equal((await channel.next()).value?.changes.length, 10);
  assert(!channel.isEnded);
});

Deno.test("WatchChannel accepts a backlog beyond maxPending and reports when it was read", async () => {
  let drained = 0;
  const channel = new WatchChannel({ ...options, onDrained: () => drained++ });
  for (let revision = 1; revision <= 10; revision++) {
    channel.push(batch(revision), { backlog: true });
  }
  assert.equal(channel.pending, 10);
  for (let revision = 1; revision <= 10; revision++) {
    assert.equal(drained, 0);
    assert.equal((await channel.next()).value?.revision, revision);
  }
  assert.equal(drained, 1);
});

Deno.test("WatchChannel returns replayed batches before pushed ones", async () => {
  const replay = [batch(1), batch(2)][Symbol.iterator]();
  const channel = new WatchChannel({ ...options, firstRevision: 1, replay });
  channel.push(batch(3));
  const seen: number[] = [];
  while (seen.length < 3) seen.push((await channel.next()).value!.revision);
  assert.deepEqual(seen, [1, 2, 3]);
});

Deno.test("WatchChannel ends with the error and drops pushed batches when the replay fails", async () => {
  function* replay(): Generator<ChangeBatch> {
    yield batch(1);
    throw new Error("gone");
  }
  const channel = new WatchChannel({ ...options, replay: replay() });
  channel.push(batch(9));
  assert.equal((await channel.next()).value?.revision, 1);
  await assert.rejects(channel.next(), /gone/);
  assert.equal((await channel.next()).done, true);
});

Deno.test("WatchChannel ends once, without an error, when its signal aborts", async () => {
  const controller = new AbortController();
  let ends = 0;
  const channel = new WatchChannel({ ...options, signal: controller.signal, onEnd: () => ends++ });
  const pending = channel.next();
  controller.abort();
  channel.fail(new Error("too late"));
  await channel.return();
  assert.equal((await pending).done, true);
  assert.equal((await channel.next()).done, true);
  assert.equal(ends, 1);
});

Deno.test("WatchChannel throws when it is read twice at the same time", async () => {
  const channel = new WatchChannel(options);
  const first = channel.next();
  assert.throws(() => channel.next(), TypeError);
  await channel.return();
  assert.equal((await first).done, true);
});

/** A batch with one put of a value of the given size. */
function large(revision: number, size: number): ChangeBatch {
  const entry = { key: "k", value: new Uint8Array(size), revision, createRevision: 1 };
  return { revision, changes: [{ type: "put", entry }] };
}

Deno.test("WatchChannel ends with queue_full when maxPendingBytes are pending", async () => {
  let overflows = 0;
  const channel = new WatchChannel({
    ...options,
    maxPendingBytes: 25_000,
    onOverflow: () => overflows++,
  });
  for (const revision of [1, 2]) channel.push(large(revision, 10_000));
  assert.equal(channel.pendingBytes, 2 * changesBytes(large(1, 10_000).changes));
  channel.push(large(3, 10_000));
  assert(channel.isEnded);
  assert.equal(overflows, 1);
  assert.equal((await channel.next()).value?.revision, 1);
  assert.equal((await channel.next()).value?.revision, 2);
  assert.equal(channel.pendingBytes, 0);
  await assert.rejects(channel.next(), { code: "queue_full" });
});

Deno.test("WatchChannel counts previous values against maxPendingBytes", () => {
  const channel = new WatchChannel({ ...options, maxPendingBytes: 25_000 });
  const { entry } = large(1, 10_000).changes[0] as { entry: ChangeBatch["changes"][0]["previous"] };
  for (const revision of [2, 3]) {
    channel.push({
      revision,
      changes: [{ type: "delete", key: "k", revision, previous: entry }],
    });
  }
  assert(!channel.isEnded);
  channel.push({
    revision: 4,
    changes: [{ type: "delete", key: "k", revision: 4, previous: entry }],
  });
  assert(channel.isEnded);
});

Deno.test("PendingBudget evicts the watch with the most bytes when the limit is exceeded", async () => {
  const budget = new PendingBudget(50_000);
  const [small, big] = [1, 2].map(() => new WatchChannel({ ...options, budget }));
  small.push(large(1, 10_000));
  big.push(large(1, 30_000));
  assert(!small.isEnded && !big.isEnded);
  small.push(large(2, 10_000));
  assert(big.isEnded && !small.isEnded);
  assert.equal(big.pendingBytes, 0);
  assert.equal(budget.bytes, small.pendingBytes);
  await assert.rejects(big.next(), { code: "queue_full", message: /exceed 50000 bytes/ });
  assert.equal((await big.next()).done, true);
  assert.equal((await small.next()).value?.revision, 1);
});

Deno.test("PendingBudget frees the batches of an ended watch that is never read when the limit is exceeded", async () => {
  const budget = new PendingBudget(50_000);
  const ended = new WatchChannel({ ...options, budget });
  ended.push(large(1, 30_000));
  ended.fail(new Error("the store is closed"));
  const open = new WatchChannel({ ...options, budget });
  open.push(large(1, 25_000));
  assert(!open.isEnded);
  assert.equal(budget.bytes, open.pendingBytes);
  await assert.rejects(ended.next(), /the store is closed/);
});

Deno.test("PendingBudget counts nothing when readers have received or left everything", async () => {
  const budget = new PendingBudget(50_000);
  const [read, left] = [1, 2].map(() => new WatchChannel({ ...options, budget }));
  for (const channel of [read, left]) channel.push(large(1, 10_000));
  await read.next();
  await left.return();
  assert.equal(budget.bytes, 0);
});

Deno.test("PendingBudget throws when the limit is below 1", () => {
  assert.throws(() => new PendingBudget(0), RangeError);
});
