import assert from "node:assert/strict";
import { withRetry } from "../../core/forward/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import type { Compression } from "../../plugins/kafka/mod.ts";
import type { RejectedRecord } from "../../plugins/kafka/mod.ts";
import type { KafkaDriverName } from "../../plugins/kafka/config.ts";
import type { KafkaClientOptions } from "../../plugins/kafka/kafka_client.ts";
import {
  block,
  connect,
  countRecords,
  createTopic,
  drivers,
  never,
  newTopic,
  readTopic,
} from "../integration/_kafka.ts";
import { requirePrivate, requireServer, startPrivate } from "../integration/_servers.ts";

const { ignore, url: broker } = requireServer("kafka");
const { ignore: ignorePrivate } = requirePrivate("kafka");

const compressions: Record<KafkaDriverName, readonly Compression[]> = {
  platformatic: ["none", "gzip", "snappy", "lz4", "zstd"],
  kafkajs: ["none", "gzip"],
};

function refuse({ reason, cause }: RejectedRecord): never {
  throw new Error(`rejected: ${reason}`, { cause });
}

/** Retries quickly, as a route does. */
function patiently<T>(sender: Parameters<typeof withRetry<T>>[0]) {
  return withRetry(sender, { min: 20, max: 200 });
}

for (const driver of drivers) {
  const open = (address: string, options: Partial<KafkaClientOptions> = {}) =>
    connect(address, { driver, ...options });

  for (const compression of compressions[driver]) {
    Deno.test({
      name:
        `KafkaClient writes records that another client reads when the compression is ${compression} (${driver})`,
      ignore,
      async fn() {
        const topic = newTopic();
        await using client = open(broker, { compression });
        const sender = patiently(client.sender(topic, { onRejected: refuse }));
        const values = Array.from({ length: 500 }, (_, index) => `${index} ${"text ".repeat(30)}`);
        for (let at = 0; at < values.length; at += 100) {
          const outcome = await sender.send(block(...values.slice(at, at + 100)), never);
          assert.deepEqual(outcome, { status: "delivered" });
        }
        const read = await readTopic(broker, topic, values.length);
        assert.deepEqual(read.map(({ value }) => value), values);
      },
    });
  }

  Deno.test({
    name:
      `KafkaClient writes keys and headers, each key to the partition of Sarama's hash (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic, { partitions: 12 });
      await using client = open(broker);
      const sender = patiently(client.sender(topic, { format: "keyed", onRejected: refuse }));
      const text = (value: string) => new TextEncoder().encode(value);
      const keys = [
        "EVENT",
        "18235915113c8c12a73a90f6d3297f74",
        "7fc42234253dc713734010915cfa3fe6",
      ];
      const records = keys.map((key) => ({
        key: text(key),
        value: text(`value of ${key}`),
        headers: [["localEventName", text("Up")]] as const,
      }));
      await sender.send(keyedBlock(records), never);
      const read = await readTopic(broker, topic, 3);
      const found = read.map(({ key, partition, headers }) => [key, partition, headers]);
      assert.deepEqual(found.sort(), [
        [keys[1], 6, { localEventName: "Up" }],
        [keys[2], 10, { localEventName: "Up" }],
        [keys[0], 7, { localEventName: "Up" }],
      ]);
    },
  });

  Deno.test({
    name: `KafkaClient spreads records without key over all partitions (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic, { partitions: 3 });
      await using client = open(broker);
      const sender = patiently(client.sender(topic, { onRejected: refuse }));
      for (let count = 0; count < 6; count++) await sender.send(block(`${count}`), never);
      const read = await readTopic(broker, topic, 6);
      const counts = [0, 1, 2].map((wanted) =>
        read.filter(({ partition }) => partition === wanted).length
      );
      assert.deepEqual(counts, [2, 2, 2]);
    },
  });

  Deno.test({
    name:
      `C2-12: KafkaClient rejects a record above the topic's limit alone and delivers the rest in order (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic, { configs: { "max.message.bytes": "5000" } });
      await using client = open(broker);
      const rejected: RejectedRecord[] = [];
      const sender = patiently(
        client.sender(topic, { onRejected: (record) => rejected.push(record) }),
      );
      const small = Array.from({ length: 100 }, (_, index) => `${index} `.padEnd(200, "x"));
      const all = [...small.slice(0, 40), "y".repeat(10_000), ...small.slice(40)];
      assert.deepEqual(await sender.send(block(...all), never), { status: "delivered" });
      assert.deepEqual(
        rejected.map(({ reason, record }) => [reason, record.length]),
        [["record_too_large", 10_000]],
      );
      const read = await readTopic(broker, topic, small.length);
      assert.deepEqual(read.map(({ value }) => value), small);
      assert.equal(await countRecords(broker, topic), small.length);
    },
  });

  Deno.test({
    name:
      `C2-13: KafkaClient keeps a block until its topic is created by someone else, and creates none itself (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await using client = open(broker, { createTopics: false });
      const sender = client.sender(topic, { onRejected: refuse });
      const waiting = block("a", "b");
      const outcome = await sender.send(waiting, never);
      assert.equal(outcome.status, "retry");
      assert.match(
        "cause" in outcome ? String(outcome.cause) : "",
        /Cannot describe topic .*unknown_topic_or_partition/,
      );
      await createTopic(broker, topic);
      const later = await patiently(sender).send(waiting, never);
      assert.deepEqual(later, { status: "delivered" });
      const read = await readTopic(broker, topic, 2);
      assert.deepEqual(read.map(({ value }) => value), ["a", "b"]);
    },
  });

  for (
    const [flight, options, perBlock] of [
      ["one batch", {}, 50],
      ["five batches", { maxBatchBytes: 1_024 }, 1_000],
    ] as const
  ) {
    Deno.test({
      name:
        `KafkaClient delivers each record once and in order when its broker is killed with ${flight} in flight (${driver})`,
      ignore: ignorePrivate,
      async fn() {
        await using server = await startPrivate("kafka");
        const address = `127.0.0.1:${server.port}`;
        const topic = newTopic();
        await createTopic(address, topic);
        await using client = open(address, options);
        const sender = patiently(client.sender(topic, { onRejected: refuse }));
        let sent = 0;
        const sendBlocks = async (blocks: number) => {
          for (let count = 0; count < blocks; count++) {
            const values = Array.from({ length: perBlock }, () => `${sent++}`);
            assert.deepEqual(await sender.send(block(...values), never), { status: "delivered" });
          }
        };
        await sendBlocks(20);
        const sending = sendBlocks(100);
        await server.kill();
        await server.restart();
        await sending;
        assert.equal(await countRecords(address, topic), sent);
        const read = await readTopic(address, topic, sent);
        assert.deepEqual(read.map(({ value }) => Number(value)), Array.from(read, (_, at) => at));
      },
    });
  }

  Deno.test({
    name: `KafkaClient reports that no broker answers when the port is wrong (${driver})`,
    ignore,
    async fn() {
      await using client = open("127.0.0.1:1");
      await assert.rejects(() => client.ping(), {
        code: "kafka_unreachable",
        message: /Kafka at 127\.0\.0\.1:1 does not answer .*check kafka\.brokers/,
      });
    },
  });
}
