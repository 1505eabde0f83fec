/**
 * A group consumer of npm:@platformatic/kafka.
 *
 * @module
 */
import { deadline } from "../../core/async/mod.ts";
import {
  type ConnectionOptions,
  Consumer,
  type Message,
  type MessagesStream,
} from "./_platformatic.ts";
import type { ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";
import type { DriverConsumer, DriverOptions } from "./driver.ts";

type Bytes = Uint8Array | undefined;
type Stream = MessagesStream<Bytes, Bytes, Uint8Array, Uint8Array>;

/** Time in which a member leaves its group; then the group notices by itself that it is gone. */
const leaveLimitMs = 3_000;

/** Joins a group and begins to read. */
export async function openConsumer(
  { brokers, clientId, dialTimeoutMs, requestTimeoutMs }: DriverOptions,
  connection: ConnectionOptions,
  options: ConsumerOptions,
): Promise<DriverConsumer> {
  const { topics, group, start = "latest", sessionTimeoutMs = 30_000, maxWaitMs = 500 } = options;
  const { tls, tlsServerName, sasl } = connection;
  const consumer = new Consumer<Bytes, Bytes, Uint8Array, Uint8Array>({
    clientId,
    groupId: group,
    bootstrapBrokers: brokers.map((broker) => ({ ...broker })),
    connectTimeout: dialTimeoutMs,
    // A broker answers the request to join only when all members have joined.
    requestTimeout: Math.max(requestTimeoutMs, 2 * sessionTimeoutMs),
    ...tls && { tls },
    ...tlsServerName && { tlsServerName },
    ...sasl && { sasl },
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    autocommit: false,
  });
  consumer.on("consumer:group:join", ({ assignments = [] }) => options.onAssigned?.(assignments));
  consumer.on("consumer:group:rebalance", () => options.onRevoked?.());
  try {
    for (const topic of topics) consumer.topics.track(topic);
    await consumer.joinGroup();
    if (start === "latest") await commitEnds(consumer);
    const stream = await consumer.consume({
      topics: [...topics],
      mode: "committed",
      fallbackMode: start,
      autocommit: false,
      maxWaitTime: maxWaitMs,
    });
    return new GroupMember(consumer, stream);
  } catch (error) {
    await leave(consumer);
    throw error;
  }
}

/**
 * Commits the end of the partitions for which the group has no position. So the group continues there after a restart
 * even if no record came before it.
 */
async function commitEnds(
  consumer: Consumer<Bytes, Bytes, Uint8Array, Uint8Array>,
): Promise<void> {
  const topics = (consumer.assignments ?? []).filter(({ partitions }) => partitions.length > 0);
  if (topics.length === 0) return;
  const committed = await consumer.listCommittedOffsets({ topics });
  const missing = topics.flatMap(({ topic, partitions }) =>
    partitions
      .filter((partition) => (committed.get(topic)?.[partition] ?? -1n) < 0n)
      .map((partition) => ({ topic, partition }))
  );
  if (missing.length === 0) return;
  const ends = await consumer.listOffsets({ topics: topics.map(({ topic }) => topic) });
  const offsets = missing.flatMap(({ topic, partition }) => {
    const offset = ends.get(topic)?.[partition];
    return offset === undefined ? [] : [{ topic, partition, offset, leaderEpoch: -1 }];
  });
  await consumer.commit({ offsets });
}

class GroupMember implements DriverConsumer {
  readonly #consumer: Consumer<Bytes, Bytes, Uint8Array, Uint8Array>;
  readonly #stream: Stream;
  #closing: Promise<void> | undefined;

  constructor(consumer: Consumer<Bytes, Bytes, Uint8Array, Uint8Array>, stream: Stream) {
    this.#consumer = consumer;
    this.#stream = stream;
    // The loop over the stream reports it; without a listener it would end the process.
    stream.on("error", () => {});
  }

  async *records(): AsyncIterable<ConsumedRecord> {
    for await (const message of this.#stream) yield recordOf(message);
  }

  async commit({ topic, partition, offset }: ConsumedRecord): Promise<void> {
    await this.#consumer.commit({
      offsets: [{ topic, partition, offset: offset + 1n, leaderEpoch: -1 }],
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= leave(this.#consumer);
  }
}

/** Closes the streams and leaves the group, also when the brokers are gone. */
async function leave(consumer: Consumer<Bytes, Bytes, Uint8Array, Uint8Array>): Promise<void> {
  try {
    await deadline(() => consumer.close(true), leaveLimitMs, { action: "leave the group" });
  } catch {
    // Without its heartbeats the group gives the partitions to others.
    consumer.connections.close(() => {});
  }
}

function recordOf(message: Message<Bytes, Bytes, Uint8Array, Uint8Array>): ConsumedRecord {
  const { topic, partition, offset, timestamp, key, value, headerEntries } = message;
  const decoder = new TextDecoder();
  return {
    topic,
    partition,
    offset,
    timestampMs: Number(timestamp),
    key: key ?? undefined,
    value: value ?? undefined,
    headers: headerEntries.map(([name, content]) => [decoder.decode(name), content] as const),
  };
}
