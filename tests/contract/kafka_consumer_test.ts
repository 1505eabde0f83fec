import assert from "node:assert/strict";
import { Admin } from "npm:@platformatic/kafka@2.12.1";
import { withRetry } from "../../core/forward/mod.ts";
import type { Assignment, ConsumedRecord, KafkaConsumer } from "../../plugins/kafka/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import type { KafkaClient, KafkaClientOptions } from "../../plugins/kafka/kafka_client.ts";
import { until } from "../_support/until.ts";
import { block, connect, createTopic, drivers, never, newTopic } from "../integration/_kafka.ts";
import { requirePrivate, requireServer, startPrivate } from "../integration/_servers.ts";

const { ignore, url: broker } = requireServer("kafka");
const { ignore: ignorePrivate } = requirePrivate("kafka");
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const options = (topic: string, group: string) =>
  ({ topics: [topic], group, start: "earliest", maxWaitMs: 100, sessionTimeoutMs: 6_000 }) as const;

async function write(client: KafkaClient, topic: string, ...values: string[]): Promise<void> {
  const sender = client.sender(topic, { onRejected: () => assert.fail("rejected") });
  const patient = withRetry(sender, { min: 20, max: 200 });
  assert.deepEqual(await patient.send(block(...values), never), { status: "delivered" });
}

/** How many partitions of a topic have a committed position in the group of the topic. */
async function committed(broker: string, topic: string): Promise<number> {
  const admin = new Admin({ clientId: "test-admin", bootstrapBrokers: [broker] });
  try {
    const [group] = await admin.listConsumerGroupOffsets({ groups: [`group-${topic}`] });
    const partitions = group?.topics.flatMap(({ partitions }) => partitions) ?? [];
    return partitions.filter(({ committedOffset }) => committedOffset >= 0n).length;
  } finally {
    await admin.close();
  }
}

/** Reads `count` records, calling `onRecord` with each. */
async function read(
  consumer: KafkaConsumer,
  count: number,
  onRecord: (record: ConsumedRecord) => void | Promise<void> = () => {},
): Promise<(string | undefined)[]> {
  const values: (string | undefined)[] = [];
  for await (const record of consumer) {
    values.push(text(record.value));
    await onRecord(record);
    if (values.length === count) break;
  }
  return values;
}

for (const driver of drivers) {
  const open = (address: string, options: Partial<KafkaClientOptions> = {}) =>
    connect(address, { driver, ...options });

  Deno.test({
    name:
      `KafkaConsumer continues after the committed record when its group is joined again (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic);
      await using client = open(broker);
      await write(client, topic, "a", "b", "c", "d");
      const group = `group-${topic}`;
      {
        await using consumer = client.consume(options(topic, group));
        const values = await read(consumer, 3, async (record) => {
          if (text(record.value) === "b") await consumer.commit(record);
        });
        assert.deepEqual(values, ["a", "b", "c"]);
      }
      await using consumer = client.consume(options(topic, group));
      assert.deepEqual(await read(consumer, 2), ["c", "d"]);
    },
  });

  Deno.test({
    name:
      `KafkaConsumer begins at the end for a new group, and a restart before the first record misses nothing (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic, { partitions: 2 });
      await using client = open(broker);
      await write(client, topic, "before");
      const latest = { ...options(topic, `group-${topic}`), start: "latest" } as const;
      {
        const joined = Promise.withResolvers<void>();
        await using consumer = client.consume({ ...latest, onAssigned: () => joined.resolve() });
        const reading = read(consumer, 1);
        await joined.promise;
        await until("both positions", async () => await committed(broker, topic) === 2);
        await consumer.close();
        assert.deepEqual(await reading, []);
      }
      await write(client, topic, "meanwhile");
      await using consumer = client.consume(latest);
      assert.deepEqual(await read(consumer, 1), ["meanwhile"]);
    },
  });

  Deno.test({
    name: `KafkaConsumer gives key, headers, time and position of a record (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic);
      await using client = open(broker);
      const sender = client.sender(topic, { format: "keyed", onRejected: () => assert.fail() });
      const bytes = (value: string) => new TextEncoder().encode(value);
      const records = [
        { key: bytes("k"), value: bytes("v"), headers: [["h", bytes("1")], ["h", bytes("2")]] },
        { key: bytes("k") },
      ] as const;
      await withRetry(sender, { min: 20, max: 200 }).send(keyedBlock(records), never);
      await using consumer = client.consume(options(topic, `group-${topic}`));
      const seen: ConsumedRecord[] = [];
      await read(consumer, 2, (record) => void seen.push(record));
      const [first, second] = seen;
      assert.deepEqual(
        [first.topic, first.partition, first.offset, text(first.key), text(first.value)],
        [topic, 0, 0n, "k", "v"],
      );
      assert.deepEqual(first.headers.map(([name, value]) => [name, text(value)]), [
        ["h", "1"],
        ["h", "2"],
      ]);
      assert(Math.abs(first.timestampMs - Date.now()) < 60_000);
      assert.deepEqual([second.value, second.offset], [undefined, 1n]);
    },
  });

  Deno.test({
    name: `KafkaConsumer withholds records while it is paused (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic);
      await using client = open(broker);
      await write(client, topic, "a", "b", "c");
      await using consumer = client.consume(options(topic, `group-${topic}`));
      const iterator = consumer[Symbol.asyncIterator]();
      assert.equal(text((await iterator.next()).value?.value), "a");
      consumer.pause();
      let hasNext = false;
      const next = iterator.next().then((result) => {
        hasNext = true;
        return result;
      });
      // Another consumer gets everything in the meantime.
      await using other = client.consume(options(topic, `other-${topic}`));
      assert.deepEqual(await read(other, 3), ["a", "b", "c"]);
      assert.equal(hasNext, false);
      consumer.resume();
      assert.equal(text((await next).value?.value), "b");
    },
  });

  Deno.test({
    name:
      `KafkaConsumer shares the partitions with a second member and tells both of it (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic, { partitions: 2 });
      await using client = open(broker);
      const group = `group-${topic}`;
      const assigned: number[][] = [[], []];
      let revoked = 0;
      const join = (member: number) =>
        client.consume({
          ...options(topic, group),
          onAssigned: (assignments: readonly Assignment[]) =>
            assigned[member] = assignments.flatMap(({ partitions }) => [...partitions]),
          onRevoked: () => revoked++,
        });
      const first = join(0);
      const reading = read(first, Infinity);
      await until("all partitions", () => assigned[0].length === 2);
      const second = join(1);
      const readingToo = read(second, Infinity);
      await until("shared partitions", () => assigned[0].length === 1 && assigned[1].length === 1);
      assert.deepEqual([...assigned[0], ...assigned[1]].sort(), [0, 1]);
      assert(revoked >= 1);
      await Promise.all([first.close(), second.close()]);
      assert.deepEqual([await reading, await readingToo], [[], []]);
    },
  });

  Deno.test({
    name: `KafkaConsumer goes on after its broker was killed and restarted (${driver})`,
    ignore: ignorePrivate,
    async fn() {
      await using server = await startPrivate("kafka");
      const address = `127.0.0.1:${server.port}`;
      const topic = newTopic();
      await createTopic(address, topic);
      await using client = open(address);
      await write(client, topic, "a");
      await using consumer = client.consume(options(topic, "group"));
      const iterator = consumer[Symbol.asyncIterator]();
      const first = await iterator.next();
      await consumer.commit(first.value!);
      await server.kill();
      await server.restart();
      await write(client, topic, "b");
      assert.equal(text((await iterator.next()).value?.value), "b");
      await iterator.return?.();
    },
  });

  Deno.test({
    name: `KafkaConsumer.close() ends the loop and may be called at any time (${driver})`,
    ignore,
    async fn() {
      const topic = newTopic();
      await createTopic(broker, topic);
      await using client = open(broker);
      const unread = client.consume(options(topic, `group-${topic}`));
      await unread.close();
      await unread.close();
      assert.deepEqual(await read(unread, 1), []);
      const waiting = client.consume({
        ...options(topic, `group-${topic}`),
        onAssigned: () => void waiting.close(),
      });
      assert.deepEqual(await read(waiting, 1), []);
      assert.throws(() => client.consume({ topics: [], group: "g" }), TypeError);
    },
  });
}
