import { manualClock } from "../../../core/testing/mod.ts";
import { KafkaClient, type KafkaClientOptions } from "../../../plugins/kafka/kafka_client.ts";
import {
  type KafkaSender,
  type RejectedRecord,
  type TopicSenderOptions,
  valueBlock,
} from "../../../plugins/kafka/mod.ts";
import type { FakeCluster } from "./_fake_cluster.ts";

/** A sender on a cluster in memory. */
export interface SenderTest extends AsyncDisposable {
  readonly client: KafkaClient;
  readonly sender: KafkaSender;
  readonly rejected: RejectedRecord[];
  /** Topics whose producer got no identity. */
  readonly refused: string[];
}

/** Opens a sender for topic `logs`. */
export function openSender(
  cluster: FakeCluster,
  options: Partial<KafkaClientOptions & Pick<TopicSenderOptions, "format">> = {},
): SenderTest {
  const rejected: RejectedRecord[] = [];
  const refused: string[] = [];
  const client = new KafkaClient({
    driver: "platformatic",
    brokers: [{ host: "127.0.0.1", port: 9092 }],
    clientId: "test",
    compression: "none",
    isIdempotent: true,
    createTopics: false,
    maxBatchBytes: 1_000_000,
    dialTimeoutMs: 1_000,
    requestTimeoutMs: 10_000,
    metadataMaxAgeMs: 60_000,
    security: () => Promise.resolve({}),
    clock: manualClock(),
    onIdempotenceRefused: (topic) => refused.push(topic),
    open: () => Promise.resolve(cluster),
    ...options,
  });
  const sender = client.sender("logs", {
    format: options.format,
    onRejected: (record) => rejected.push(record),
  });
  return { client, sender, rejected, refused, [Symbol.asyncDispose]: () => client.close() };
}

/** A block with these values. */
export function block(...values: string[]) {
  return valueBlock(values.map((value) => new TextEncoder().encode(value)));
}

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;
