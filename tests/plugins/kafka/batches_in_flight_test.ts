import assert from "node:assert/strict";
import { withRetry } from "../../../core/forward/mod.ts";
import type { RecordBlock } from "../../../plugins/kafka/mod.ts";
import { keyedBlock } from "../../../plugins/kafka/mod.ts";
import { type FakeAnswer, FakeCluster } from "./_fake_cluster.ts";
import { block, never, openSender } from "./_sender.ts";

const delivered = { status: "delivered" };

/** Values of which two fill a batch of 1 KiB. */
function values(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => `${from + index}`.padEnd(400, "x"));
}

/** Lets everything that can go on without an answer of the cluster go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A sender of small batches whose partition knows its identity. */
async function openKnown(cluster: FakeCluster, options: Parameters<typeof openSender>[1] = {}) {
  const test = openSender(cluster, { maxBatchBytes: 1_024, ...options });
  assert.deepEqual(await test.sender.send(block("first"), never), delivered);
  return test;
}

Deno.test("TopicSender.send() has five batches in flight and keeps their order", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  const gate = Promise.withResolvers<void>();
  cluster.gate = gate.promise;
  const sending = test.sender.send(block(...values(20)), never);
  await turns();
  assert.equal(cluster.inFlight, 5);
  gate.resolve();
  assert.deepEqual(await sending, delivered);
  assert.deepEqual(cluster.values(), ["first", ...values(20)]);
  assert.equal(cluster.received.length, 11);
});

Deno.test("TopicSender.send() has one batch in flight until the partition knows the producer", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster, { maxBatchBytes: 1_024 });
  const gate = Promise.withResolvers<void>();
  cluster.gate = gate.promise;
  const sending = test.sender.send(block(...values(20)), never);
  await turns();
  assert.equal(cluster.inFlight, 1);
  gate.resolve();
  assert.deepEqual(await sending, delivered);
  assert.deepEqual(cluster.values(), values(20));
});

Deno.test("TopicSender.send() has one batch in flight for each partition without an identity", async () => {
  const cluster = new FakeCluster({ logs: [1, 1] });
  await using test = await openKnown(cluster, { isIdempotent: false });
  const gate = Promise.withResolvers<void>();
  cluster.gate = gate.promise;
  const sending = test.sender.send(block(...values(20)), never);
  await turns();
  assert.equal(cluster.inFlight, 2);
  gate.resolve();
  assert.deepEqual(await sending, delivered);
});

Deno.test("TopicSender.send() starts no further batch after its signal aborted", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  const gate = Promise.withResolvers<void>();
  cluster.gate = gate.promise;
  const stop = new AbortController();
  const same = block(...values(20));
  const sending = test.sender.send(same, stop.signal);
  await turns();
  stop.abort();
  assert.deepEqual(await sending, { status: "retry", reason: "aborted" });
  gate.resolve();
  await turns();
  assert.equal(cluster.received.length, 6);
  assert.deepEqual(await test.sender.send(same, never), delivered);
  assert.deepEqual(cluster.values(), ["first", ...values(20)]);
});

for (
  const answer of ["lost", "lost_after_write", "late_replicas", 6, 19, 45, 47, 59] as FakeAnswer[]
) {
  Deno.test(`TopicSender.send() stores each record once and in order when a batch in the middle gets ${answer}`, async () => {
    const cluster = new FakeCluster();
    await using test = await openKnown(cluster);
    cluster.answers.push(undefined, answer);
    const same = block(...values(10));
    assert.equal((await test.sender.send(same, never)).status, "retry");
    assert.deepEqual(await test.sender.send(same, never), delivered);
    assert.deepEqual(cluster.values(), ["first", ...values(10)]);
  });
}

Deno.test("TopicSender.send() sends batches that failed together one at a time", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  cluster.answers.push("lost");
  const same = block(...values(10));
  assert.equal((await test.sender.send(same, never)).status, "retry");
  const gate = Promise.withResolvers<void>();
  cluster.gate = gate.promise;
  const sending = test.sender.send(same, never);
  await turns();
  assert.equal(cluster.inFlight, 1);
  gate.resolve();
  assert.deepEqual(await sending, delivered);
});

Deno.test("TopicSender.send() delivers batches in flight in order behind one that is too large", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  cluster.maxBatchBytes = 2_000;
  const large = "y".repeat(3_000);
  const all = [...values(6), large, ...values(14, 6)];
  assert.deepEqual(await test.sender.send(block(...all), never), delivered);
  assert.deepEqual(cluster.values(), ["first", ...values(20)]);
  assert.deepEqual(test.rejected.map(({ record }) => record.length), [3_000]);
  assert.deepEqual([...new Set(cluster.received.map(({ producerId }) => producerId))], [1n]);
});

Deno.test("TopicSender.send() counts what may be stored twice when the identity ends after lost answers", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  cluster.answers.push("lost_after_write", "lost_after_write", 59);
  const same = block(...values(6));
  assert.equal((await test.sender.send(same, never)).status, "retry");
  cluster.answers.push(59);
  assert.equal((await test.sender.send(same, never)).status, "retry");
  assert.deepEqual(await test.sender.send(same, never), delivered);
  const repeated = test.client.stats.families.find(({ name }) =>
    name === "kafka_possible_duplicates_total"
  )!;
  const [{ value }] = [...repeated.collect() as Iterable<{ value: number }>];
  assert.equal(value, 4);
  assert.deepEqual(cluster.values(), ["first", ...values(4), ...values(6)]);
});

Deno.test("TopicSender.send() puts the records of several blocks into common batches", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  const outcome = await test.sender.send([block("a", "b"), block(), block("c")], never);
  assert.deepEqual(outcome, delivered);
  assert.deepEqual(cluster.received.map(({ records }) => records.length), [3]);
  assert.deepEqual(cluster.values(), ["a", "b", "c"]);
  assert.deepEqual(await test.sender.send([], never), delivered);
});

Deno.test("TopicSender.send() continues with the same blocks after a failure, and sends none when one is malformed", async () => {
  const cluster = new FakeCluster();
  await using test = await openKnown(cluster);
  cluster.answers.push(undefined, "lost_after_write");
  const blocks = [block(...values(3)), block(...values(5, 3))];
  assert.equal((await test.sender.send(blocks, never)).status, "retry");
  assert.deepEqual(await test.sender.send(blocks, never), delivered);
  const before = cluster.received.length;
  const malformed = { data: new Uint8Array(3), records: 1 };
  const outcome = await test.sender.send([block("a"), malformed], never);
  assert.equal(outcome.status, "rejected");
  assert.equal(cluster.received.length, before);
  assert.deepEqual(cluster.values(), ["first", ...values(8)]);
});

/** A repeatable random source. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

for (
  const [name, failures] of [
    ["answers are lost or bad", [6, 7, 19, "lost", "lost_after_write", "late_replicas"]],
    ["identities end", [6, 19, 45, 47, 59]],
  ] as const
) {
  Deno.test(`TopicSender.send() stores each record once and in order whatever fails, when ${name}`, async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed);
      const partitions = 1 + random(3);
      const cluster = new FakeCluster({ logs: Array.from({ length: partitions }, () => 1) });
      cluster.maxBatchBytes = 3_000;
      await using test = openSender(cluster, { maxBatchBytes: 1_024, format: "keyed" });
      const patient = withRetry<RecordBlock[]>(test.sender, { min: 0.01, max: 0.02 });
      const sent: { key: string; value: string }[] = [];
      for (let round = 0; round < 8; round++) {
        const blocks = Array.from({ length: 1 + random(3) }, () => {
          const records = Array.from({ length: random(12) }, () => {
            const isLarge = random(40) === 0;
            const value = `${sent.length} `.padEnd(isLarge ? 4_000 : random(500), "x");
            const record = { key: `key ${random(4)}`, value };
            sent.push(record);
            return record;
          });
          const encode = (text: string) => new TextEncoder().encode(text);
          return keyedBlock(
            records.map(({ key, value }) => ({ key: encode(key), value: encode(value) })),
          );
        });
        for (let count = random(6); count > 0; count--) {
          if (random(2) === 0) cluster.answers.push(undefined);
          else cluster.answers.push(failures[random(failures.length)]);
        }
        assert.deepEqual(await patient.send(blocks, never), delivered, `seed ${seed}`);
      }
      const stored = cluster.received.length > 0
        ? Array.from({ length: partitions }, (_, at) => cluster.values("logs", at)).flat()
        : [];
      const fitting = sent.filter(({ value }) => value.length < 3_000);
      assert.deepEqual([...stored].sort(), fitting.map(({ value }) => value).sort());
      for (const key of new Set(sent.map(({ key }) => key))) {
        const wanted = fitting.filter((record) => record.key === key).map(({ value }) => value);
        const found = stored.filter((value) => wanted.includes(value));
        assert.deepEqual(found, wanted, `seed ${seed}, ${key}`);
      }
      assert.equal(test.rejected.length, sent.length - fitting.length);
    }
  });
}
