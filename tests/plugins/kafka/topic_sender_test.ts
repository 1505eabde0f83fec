import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import { keyedBlock } from "../../../plugins/kafka/mod.ts";
import { FakeCluster } from "./_fake_cluster.ts";
import { block, never, openSender } from "./_sender.ts";

const encoder = new TextEncoder();
const delivered = { status: "delivered" };

Deno.test("TopicSender.send() writes the records of each block in order, with one producer id", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  assert.deepEqual(await test.sender.send(block("a", "b"), never), delivered);
  assert.deepEqual(await test.sender.send(block("c"), never), delivered);
  assert.deepEqual(cluster.values(), ["a", "b", "c"]);
  assert.deepEqual(cluster.received.map(({ producerId, sequence }) => [producerId, sequence]), [
    [1n, 0],
    [1n, 2],
  ]);
  assert.equal(cluster.metadataRequests, 1);
});

Deno.test("TopicSender.send() keeps the order when it is called without waiting", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  const sent = ["a", "b", "c", "d"].map((value) => test.sender.send(block(value), never));
  assert.deepEqual(await Promise.all(sent), [delivered, delivered, delivered, delivered]);
  assert.deepEqual(cluster.values(), ["a", "b", "c", "d"]);
});

Deno.test("TopicSender.send() returns delivered for a block without records", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  assert.deepEqual(await test.sender.send(block(), never), delivered);
  assert.equal(cluster.received.length, 0);
});

Deno.test("TopicSender.send() stores a block once when its answer was lost and it is sent again", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push("lost_after_write");
  const same = block("a", "b");
  const first = await test.sender.send(same, never);
  assert.deepEqual([first.status, "reason" in first && first.reason], [
    "retry",
    "kafka_unreachable",
  ]);
  assert.deepEqual(await test.sender.send(same, never), delivered);
  assert.deepEqual(await test.sender.send(block("c"), never), delivered);
  assert.deepEqual(cluster.values(), ["a", "b", "c"]);
});

Deno.test("TopicSender.send() recognises a block by its bytes when it is read again from a spool", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push("lost_after_write");
  const first = block("a", "b");
  assert.equal((await test.sender.send(first, never)).status, "retry");
  assert.deepEqual(await test.sender.send(block("a", "b"), never), delivered);
  assert.deepEqual(cluster.values(), ["a", "b"]);
  // A caller that reuses its buffer for other records.
  cluster.answers.push("lost_after_write");
  const reused = block("c");
  assert.equal((await test.sender.send(reused, never)).status, "retry");
  reused.data[4] = "d".charCodeAt(0);
  assert.deepEqual(await test.sender.send(reused, never), delivered);
  assert.deepEqual(cluster.values(), ["a", "b", "c", "d"]);
});

Deno.test("TopicSender.send() gets a new producer id when a block with unknown outcome is given up", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push("lost_after_write");
  assert.equal((await test.sender.send(block("a"), never)).status, "retry");
  // With the old identity the broker would take this for the block that it already has.
  assert.deepEqual(await test.sender.send(block("b"), never), delivered);
  assert.deepEqual(cluster.values(), ["a", "b"]);
  assert.deepEqual(cluster.received.map(({ producerId }) => producerId), [1n, 2n]);
});

Deno.test("TopicSender.send() continues after the last acknowledged batch when a block is sent again", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster, { maxBatchBytes: 1_024, isIdempotent: false });
  const values = Array.from({ length: 10 }, (_, index) => `${index}`.repeat(400));
  const same = block(...values);
  cluster.answers.push(undefined, undefined, "lost");
  assert.equal((await test.sender.send(same, never)).status, "retry");
  const stored = cluster.values().length;
  assert.equal(stored, 4);
  assert.deepEqual(await test.sender.send(same, never), delivered);
  assert.deepEqual(cluster.values(), values);
});

for (
  const [code, reason] of [
    [3, "unknown_topic_or_partition"],
    [5, "leader_not_available"],
    [6, "not_leader_or_follower"],
    [7, "request_timed_out"],
    [19, "not_enough_replicas"],
    [20, "not_enough_replicas_after_append"],
    [29, "topic_authorization_failed"],
    [999, "unlisted_error"],
  ] as const
) {
  Deno.test(`TopicSender.send() returns retry and reads fresh metadata when the answer is ${reason}`, async () => {
    const cluster = new FakeCluster();
    await using test = openSender(cluster);
    cluster.answers.push(code);
    const same = block("a");
    const outcome = await test.sender.send(same, never);
    assert.equal(outcome.status, "retry");
    assert.equal("reason" in outcome && outcome.reason, reason);
    assert.match(
      "cause" in outcome ? String(outcome.cause) : "",
      new RegExp(`Cannot write to topic logs: Kafka answered ${reason} \\(error ${code}\\)`),
    );
    assert.deepEqual(await test.sender.send(same, never), delivered);
    assert.equal(cluster.metadataRequests, 2);
    assert.deepEqual(cluster.values(), ["a"]);
  });
}

for (const code of [45, 47, 49, 59, 90]) {
  Deno.test(`TopicSender.send() gets a new producer id when the answer is error ${code}`, async () => {
    const cluster = new FakeCluster();
    await using test = openSender(cluster);
    await test.sender.send(block("a"), never);
    cluster.answers.push(code);
    const same = block("b");
    assert.equal((await test.sender.send(same, never)).status, "retry");
    assert.deepEqual(await test.sender.send(same, never), delivered);
    assert.deepEqual(cluster.values(), ["a", "b"]);
    assert.deepEqual(cluster.received.map(({ producerId }) => producerId), [1n, 1n, 2n]);
  });
}

Deno.test("TopicSender.send() counts a batch as written when the broker says that it has it already", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push(46);
  assert.deepEqual(await test.sender.send(block("a"), never), delivered);
});

Deno.test("D-62 TopicSender.send() rejects a record that is too large alone and delivers the others", async () => {
  const cluster = new FakeCluster();
  cluster.maxBatchBytes = 500;
  await using test = openSender(cluster);
  const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
  const large = "x".repeat(1_000);
  const all = [...values.slice(0, 7), large, ...values.slice(7)];
  assert.deepEqual(await test.sender.send(block(...all), never), delivered);
  assert.deepEqual(cluster.values(), values);
  assert.deepEqual(
    test.rejected.map(({ reason, record }) => [reason, new TextDecoder().decode(record)]),
    [["record_too_large", large]],
  );
  assert.match(String(test.rejected[0].cause), /message_too_large/);
});

Deno.test("TopicSender.send() uses full batches again some time after a record was too large", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push(10);
  await test.sender.send(block("a".repeat(5_000), "b".repeat(5_000)), never);
  for (let count = 0; count < 1_000; count++) await test.sender.send(block("c"), never);
  const before = cluster.received.length;
  await test.sender.send(block("d".repeat(5_000), "e".repeat(5_000)), never);
  assert.equal(cluster.received.length, before + 1);
});

Deno.test("TopicSender.send() rejects a record that the broker calls invalid alone", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push(87, 87);
  assert.deepEqual(await test.sender.send(block("a", "b", "c"), never), delivered);
  assert.deepEqual(cluster.values(), ["b", "c"]);
  assert.deepEqual(test.rejected.map(({ reason }) => reason), ["record_invalid"]);
});

Deno.test("TopicSender.send() rejects a block whose frames do not fit", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  const good = block("a", "b");
  const wrong = [
    { data: good.data, records: 3 },
    { data: good.data.subarray(1), records: 2 },
    { data: good.data.subarray(0, 7), records: 2 },
  ];
  for (const bad of wrong) {
    const outcome = await test.sender.send(bad, never);
    assert.deepEqual([outcome.status, "reason" in outcome && outcome.reason], [
      "rejected",
      "kafka_block_malformed",
    ]);
  }
  assert.equal(cluster.received.length, 0);
});

Deno.test("TopicSender.send() writes records without key to all partitions in turn", async () => {
  const cluster = new FakeCluster({ logs: [1, 2, 3] });
  await using test = openSender(cluster);
  for (const value of ["a", "b", "c", "d"]) await test.sender.send(block(value), never);
  assert.deepEqual([0, 1, 2].map((partition) => cluster.values("logs", partition)), [
    ["a", "d"],
    ["b"],
    ["c"],
  ]);
});

Deno.test("TopicSender.send() passes over partitions without leader, and returns retry when none has one", async () => {
  const cluster = new FakeCluster({ logs: [-1, 2] });
  await using test = openSender(cluster);
  await test.sender.send(block("a"), never);
  await test.sender.send(block("b"), never);
  assert.deepEqual(cluster.values("logs", 1), ["a", "b"]);
  cluster.leaders.set("logs", [-1, -1]);
  cluster.answers.push(6);
  const same = block("c");
  await test.sender.send(same, never);
  const outcome = await test.sender.send(same, never);
  assert.equal("reason" in outcome && outcome.reason, "leader_not_available");
});

Deno.test("TopicSender.send() writes a repeated batch to the partition of its first attempt", async () => {
  const cluster = new FakeCluster({ logs: [1, 2] });
  await using test = openSender(cluster);
  cluster.answers.push("lost_after_write");
  const same = block("a");
  await test.sender.send(same, never);
  await test.sender.send(same, never);
  assert.deepEqual([cluster.values("logs", 0), cluster.values("logs", 1)], [["a"], []]);
});

Deno.test("TopicSender.send() writes keyed records to the partitions of their keys, with headers and in order", async () => {
  const cluster = new FakeCluster({ logs: [1, 2, 3] });
  await using test = openSender(cluster, { format: "keyed" });
  const text = (value: string) => encoder.encode(value);
  const records = [
    { key: text("18235915113c8c12a73a90f6d3297f74"), value: text("a") },
    { key: text("EVENT"), value: text("b"), headers: [["kind", text("x")]] as const },
    { key: text("18235915113c8c12a73a90f6d3297f74"), value: text("c") },
    { key: text("EVENT") },
  ];
  assert.deepEqual(await test.sender.send(keyedBlock(records), never), delivered);
  assert.deepEqual(cluster.values("logs", 0), ["a", "c"]);
  const batch = cluster.received.find(({ partition }) => partition === 1)!;
  assert.deepEqual(batch.records, [
    { key: "EVENT", value: "b", headers: [["kind", "x"]] },
    { key: "EVENT", value: undefined, headers: [] },
  ]);
});

Deno.test("TopicSender.send() waits with retry for an unknown topic, and creates it only when asked", async () => {
  const patient = new FakeCluster({});
  await using waiting = openSender(patient);
  const same = block("a");
  const outcome = await waiting.sender.send(same, never);
  assert.equal(outcome.status, "retry");
  assert.match("cause" in outcome ? String(outcome.cause) : "", /unknown_topic_or_partition/);
  patient.leaders.set("logs", [1]);
  assert.deepEqual(await waiting.sender.send(same, never), delivered);
  assert.deepEqual(patient.created, []);

  const eager = new FakeCluster({});
  await using creating = openSender(eager, { createTopics: true });
  assert.deepEqual(await creating.sender.send(same, never), delivered);
  assert.deepEqual(eager.created, ["logs"]);
});

Deno.test("TopicSender.send() finds new partitions when the metadata is old", async () => {
  const cluster = new FakeCluster();
  const clock = manualClock();
  await using test = openSender(cluster, { clock, metadataMaxAgeMs: 1_000 });
  await test.sender.send(block("a"), never);
  cluster.leaders.set("logs", [1, 1]);
  await clock.advance(1_000);
  await test.sender.send(block("b"), never);
  assert.deepEqual(cluster.values("logs", 1), ["b"]);
});

Deno.test("TopicSender.send() returns when its signal aborts, and learns the outcome with the next call", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster, { isIdempotent: false });
  const { promise, resolve } = Promise.withResolvers<void>();
  cluster.gate = promise;
  const stop = new AbortController();
  const same = block("a");
  const sending = test.sender.send(same, stop.signal);
  stop.abort();
  assert.deepEqual(await sending, { status: "retry", reason: "aborted" });
  resolve();
  assert.deepEqual(await test.sender.send(same, never), delivered);
  assert.deepEqual(cluster.values(), ["a"]);
});

Deno.test("TopicSender.send() starts no request when its signal has already aborted", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  const outcome = await test.sender.send(block("a"), AbortSignal.abort());
  assert.deepEqual(outcome, { status: "retry", reason: "aborted" });
  assert.equal(cluster.metadataRequests, 0);
});

Deno.test("TopicSender.send() continues without identity, and says so once, when the cluster grants none", async () => {
  const cluster = new FakeCluster();
  cluster.producerIdError = 31;
  await using test = openSender(cluster);
  await test.sender.send(block("a"), never);
  await test.sender.send(block("b"), never);
  assert.deepEqual(test.refused, ["logs"]);
  assert.deepEqual(cluster.received.map(({ producerId }) => producerId), [-1n, -1n]);
});

Deno.test("TopicSender.send() returns retry while the coordinator of producer ids loads", async () => {
  const cluster = new FakeCluster();
  cluster.producerIdError = 14;
  await using test = openSender(cluster);
  const same = block("a");
  const outcome = await test.sender.send(same, never);
  assert.match("cause" in outcome ? String(outcome.cause) : "", /coordinator_load_in_progress/);
  cluster.producerIdError = 0;
  assert.deepEqual(await test.sender.send(same, never), delivered);
});

Deno.test("TopicSender.send() marks its batches with the compression and the time", async () => {
  const cluster = new FakeCluster();
  const clock = manualClock();
  await using test = openSender(cluster, { compression: "gzip", clock });
  await test.sender.send(block("a"), never);
  assert.deepEqual(
    cluster.received.map(({ codec, timestampMs }) => [codec, timestampMs]),
    [[1, clock.now()]],
  );
});

Deno.test("TopicSender.send() returns retry after the client was closed", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  await test.sender.send(block("a"), never);
  await test.client.close();
  assert.deepEqual(await test.sender.send(block("b"), never), {
    status: "retry",
    reason: "closed",
  });
  assert(cluster.isClosed);
  assert.throws(() => test.client.sender("logs", { onRejected: () => {} }), { code: "closed" });
});

Deno.test("KafkaClient opens its driver again after it could not be opened, and can be closed in between", async () => {
  const cluster = new FakeCluster();
  let isBroken = true;
  const open = () => isBroken ? Promise.reject(new Error("no library")) : Promise.resolve(cluster);
  await using test = openSender(cluster, { open });
  await assert.rejects(test.client.ping(), { message: "no library" });
  isBroken = false;
  await test.client.ping();
  isBroken = true;
  await using broken = openSender(cluster, { open });
  const same = block("a");
  assert.equal((await broken.sender.send(same, never)).status, "retry");
  await broken.client.close();
});

Deno.test("KafkaClient.sender() refuses a name that no topic can have", async () => {
  await using test = openSender(new FakeCluster());
  for (const name of ["", "a b", "ä", "x".repeat(250)]) {
    assert.throws(() => test.client.sender(name, { onRejected: () => {} }), TypeError);
  }
});

Deno.test("KafkaStats counts records, bytes, requests, errors and rejected records by topic", async () => {
  const cluster = new FakeCluster();
  await using test = openSender(cluster);
  cluster.answers.push(6);
  const same = block("a", "b");
  await test.sender.send(same, never);
  await test.sender.send(same, never);
  cluster.answers.push(10);
  await test.sender.send(block("c"), never);
  const values = Object.fromEntries(
    test.client.stats.families.flatMap((family) =>
      family.type === "histogram"
        ? []
        : [...family.collect() as Iterable<{ labels?: Record<string, string>; value: number }>]
          .map(({ labels = {}, value }) => [`${family.name} ${Object.values(labels)}`, value])
    ),
  );
  assert.equal(values["kafka_produced_records_total logs"], 2);
  assert.equal(values["kafka_produce_requests_total logs"], 3);
  assert.equal(values["kafka_produce_errors_total logs,not_leader_or_follower"], 1);
  assert.equal(values["kafka_rejected_records_total logs,record_too_large"], 1);
  assert(values["kafka_produced_bytes_total logs"] > 61);
});
