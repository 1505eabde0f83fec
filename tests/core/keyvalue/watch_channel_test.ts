import assert from "node:assert/strict";
import { type ChangeBatch, WatchChannel } from "../../../core/keyvalue/mod.ts";

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

const options = { prefix: "a/", maxPending: 3 };

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
  await assert.rejects(channel.next(), { code: "queue_full", message: /"a\/".*3 changes behind/ });
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
