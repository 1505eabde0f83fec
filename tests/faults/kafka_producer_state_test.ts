import assert from "node:assert/strict";
import type { MetricFamily } from "../../core/metrics/mod.ts";
import { withRetry } from "../../core/forward/mod.ts";
import { block, connect, never } from "../integration/_kafka.ts";
import { FakeCluster } from "../plugins/kafka/_fake_cluster.ts";

/** Numbers of Kafka's errors for a forgotten producer. */
const forgotten = { out_of_order_sequence_number: 45, unknown_producer_id: 59 };

/** The sum of the samples of a metric. */
function sumOf(families: readonly MetricFamily[], name: string): number {
  const family = families.find((family) => family.name === name)!;
  return [...family.collect() as Iterable<{ value: number }>]
    .reduce((sum, { value }) => sum + value, 0);
}

for (const [name, code] of Object.entries(forgotten)) {
  Deno.test(`C2-9: KafkaClient keeps the order with a new identity when the broker answers ${name}`, async () => {
    const cluster = new FakeCluster();
    await using client = connect("127.0.0.1:1", { open: () => Promise.resolve(cluster) });
    const sender = client.sender("logs", { onRejected: ({ reason }) => assert.fail(reason) });
    const patient = withRetry(sender, { min: 1, max: 2 });
    const send = async (...values: string[]) =>
      assert.deepEqual(await patient.send(block(...values), never), { status: "delivered" });
    await send("a", "b");
    cluster.answers.push(code);
    await send("c", "d");
    await send("e");
    assert.deepEqual(cluster.values(), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(
      cluster.received.map(({ producerId, sequence }) => [producerId, sequence]),
      [[1n, 0], [1n, 2], [2n, 0], [2n, 2]],
    );
    assert.equal(sumOf(client.stats.families, "kafka_possible_duplicates_total"), 0);
  });

  Deno.test(`C2-9: KafkaClient counts possible duplicates when an answer was lost before ${name}`, async () => {
    const cluster = new FakeCluster();
    await using client = connect("127.0.0.1:1", { open: () => Promise.resolve(cluster) });
    const sender = client.sender("logs", { onRejected: ({ reason }) => assert.fail(reason) });
    const patient = withRetry(sender, { min: 1, max: 2 });
    cluster.answers.push("lost_after_write", code);
    assert.deepEqual(await patient.send(block("a", "b"), never), { status: "delivered" });
    assert.deepEqual(cluster.values(), ["a", "b", "a", "b"]);
    assert.equal(sumOf(client.stats.families, "kafka_possible_duplicates_total"), 2);
  });
}

Deno.test("C2-9: KafkaClient counts possible duplicates without an identity, after a lost answer only", async () => {
  const cluster = new FakeCluster();
  await using client = connect("127.0.0.1:1", {
    isIdempotent: false,
    open: () => Promise.resolve(cluster),
  });
  const sender = client.sender("logs", { onRejected: ({ reason }) => assert.fail(reason) });
  const patient = withRetry(sender, { min: 1, max: 2 });
  // Not the leader: the batch was not written.
  cluster.answers.push(6);
  await patient.send(block("a"), never);
  assert.equal(sumOf(client.stats.families, "kafka_possible_duplicates_total"), 0);
  cluster.answers.push("lost_after_write");
  await patient.send(block("b"), never);
  assert.deepEqual(cluster.values(), ["a", "b", "b"]);
  assert.equal(sumOf(client.stats.families, "kafka_possible_duplicates_total"), 1);
});
