import { Buffer } from "node:buffer";
import { Admin, Consumer } from "npm:@platformatic/kafka@2.12.1";
import { retry, systemClock } from "../../core/async/mod.ts";
import type { KafkaDriverName } from "../../plugins/kafka/mod.ts";
import { valueBlock } from "../../plugins/kafka/mod.ts";
import { KafkaClient, type KafkaClientOptions } from "../../plugins/kafka/kafka_client.ts";
import { parseBroker } from "../../plugins/kafka/brokers.ts";

/** Every driver; all pass the same tests. */
export const drivers: readonly KafkaDriverName[] = ["platformatic", "kafkajs"];

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;

/** A client with short time limits. */
export function connect(broker: string, options: Partial<KafkaClientOptions> = {}): KafkaClient {
  return new KafkaClient({
    driver: "platformatic",
    brokers: [parseBroker(broker)],
    clientId: "test",
    compression: "none",
    isIdempotent: true,
    createTopics: true,
    maxBatchBytes: 1_000_000,
    dialTimeoutMs: 2_000,
    requestTimeoutMs: 3_000,
    metadataMaxAgeMs: 60_000,
    security: () => Promise.resolve({}),
    clock: systemClock,
    onIdempotenceRefused: (topic, reason) => {
      throw new Error(`no producer id for ${topic}: ${reason}`);
    },
    ...options,
  });
}

/** A topic name that no other test has. */
export function newTopic(): string {
  return `test-${crypto.randomUUID()}`;
}

/** A block with these values. */
export function block(...values: string[]) {
  return valueBlock(values.map((value) => new TextEncoder().encode(value)));
}

/** Creates a topic and waits until all its partitions have a leader. */
export async function createTopic(
  broker: string,
  topic: string,
  { partitions = 1, configs = {} }: { partitions?: number; configs?: Record<string, string> } = {},
): Promise<void> {
  const admin = new Admin({ clientId: "test-admin", bootstrapBrokers: [broker] });
  try {
    await admin.createTopics({
      topics: [topic],
      partitions,
      replicas: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
    await retry(async () => {
      const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
      const leaders = topics.get(topic)?.partitions.map(({ leader }) => leader) ?? [];
      if (leaders.length < partitions || leaders.some((leader) => leader < 0)) {
        throw new Error(`no leaders for ${topic}`);
      }
    }, { action: `find leaders of ${topic}`, attempts: 100, min: 20, max: 100 });
  } finally {
    await admin.close();
  }
}

/** A record as an independent consumer read it. */
export interface ReadRecord {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Record<string, string>;
}

/** Reads the first `count` records of a topic. Records of one partition are in order. */
export async function readTopic(
  broker: string,
  topic: string,
  count: number,
): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for await (const record of topicRecords(broker, topic)) {
    records.push(record);
    if (records.length >= count) break;
  }
  return records;
}

/** Reads a topic from its start with the library's own consumer; waits for records at its end. */
export async function* topicRecords(broker: string, topic: string): AsyncGenerator<ReadRecord> {
  const consumer = new Consumer({
    clientId: "test-reader",
    groupId: `reader-${crypto.randomUUID()}`,
    bootstrapBrokers: [broker],
    autocommit: false,
    maxWaitTime: 200,
  });
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: "earliest",
      autocommit: false,
      maxWaitTime: 200,
    });
    const text = (bytes: Buffer | undefined | null) => bytes?.toString();
    for await (const { partition, key, value, headers } of stream) {
      yield {
        partition,
        key: text(key),
        value: text(value) ?? "",
        headers: Object.fromEntries(
          [...headers].map(([name, content]) => [String(name), String(content)]),
        ),
      };
    }
  } finally {
    await consumer.close(true);
  }
}

/** Number of records that all partitions of a topic have. */
export async function countRecords(broker: string, topic: string): Promise<number> {
  const consumer = new Consumer({
    clientId: "test-counter",
    groupId: `counter-${crypto.randomUUID()}`,
    bootstrapBrokers: [broker],
  });
  try {
    const offsets = await consumer.listOffsets({ topics: [topic], timestamp: -1n });
    return (offsets.get(topic) ?? []).reduce((sum, offset) => sum + Number(offset), 0);
  } finally {
    await consumer.close(true);
  }
}
