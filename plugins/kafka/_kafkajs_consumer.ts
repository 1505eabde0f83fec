/**
 * A group consumer of npm:kafkajs.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deadline } from "../../core/async/mod.ts";
import { type Consumer, type KafkaMessage, library, type SASLOptions } from "./_kafkajs.ts";
import type { SocketFactory } from "./_kafkajs.ts";
import type { Assignment, ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";
import type { DriverConsumer, DriverOptions } from "./driver.ts";

/** How the connections of a consumer are made. */
export interface ConsumerConnection {
  readonly sasl: () => { mechanism: string; username: string; password: string } | undefined;
  readonly ssl: boolean;
  readonly socketFactory: SocketFactory;
}

/** Time in which a member leaves its group; then the group notices by itself that it is gone. */
const leaveLimitMs = 3_000;

/** Joins a group and begins to read. */
export async function openConsumer(
  { brokers, clientId, dialTimeoutMs, requestTimeoutMs }: DriverOptions,
  options: ConsumerOptions,
  { sasl, ssl, socketFactory }: ConsumerConnection,
): Promise<DriverConsumer> {
  const { topics, group, start = "latest", sessionTimeoutMs = 30_000, maxWaitMs = 500 } = options;
  const kafka = new library.Kafka({
    clientId,
    brokers: brokers.map(({ host, port }) => `${host}:${port}`),
    connectionTimeout: dialTimeoutMs,
    requestTimeout: Math.max(requestTimeoutMs, 2 * sessionTimeoutMs),
    ssl,
    sasl: sasl() as SASLOptions | undefined,
    socketFactory,
    logLevel: library.logLevel.NOTHING,
    retry: { retries: 2, initialRetryTime: 100, restartOnFailure: () => Promise.resolve(false) },
  });
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    maxWaitTimeInMs: maxWaitMs,
    minBytes: 1,
    allowAutoTopicCreation: false,
  });
  const member = new GroupMember(consumer, options);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: start === "earliest" });
    if (start === "latest") member.ends = await readEnds(kafka, group, topics);
    await member.run(Math.floor(sessionTimeoutMs / 10));
    return member;
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
}

/** The ends of the partitions for which the group has no position, by topic and partition. */
async function readEnds(
  kafka: InstanceType<typeof library.Kafka>,
  groupId: string,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const admin = kafka.admin();
  const ends = new Map<string, string>();
  try {
    await admin.connect();
    const committed = await admin.fetchOffsets({ groupId, topics: [...topics] });
    for (const topic of topics) {
      const known = committed.find((offsets) => offsets.topic === topic)?.partitions ?? [];
      for (const { partition, offset } of await admin.fetchTopicOffsets(topic)) {
        const position = known.find((entry) => entry.partition === partition)?.offset ?? "-1";
        if (position === "-1") ends.set(`${topic}/${partition}`, offset);
      }
    }
  } finally {
    await admin.disconnect();
  }
  return ends;
}

/** A record that waits until the reader takes it. */
interface Handover {
  readonly record: ConsumedRecord;
  readonly taken: () => void;
  readonly refused: (error: unknown) => void;
}

class GroupMember implements DriverConsumer {
  /** Positions to be committed when the partitions are assigned. */
  ends: ReadonlyMap<string, string> = new Map();
  readonly #consumer: Consumer;
  readonly #options: ConsumerOptions;
  #waiting: Handover | undefined;
  #changed = Promise.withResolvers<void>();
  #error: unknown;
  #isEnded = false;
  #closing: Promise<void> | undefined;

  constructor(consumer: Consumer, options: ConsumerOptions) {
    this.#consumer = consumer;
    this.#options = options;
  }

  async run(heartbeatMs: number): Promise<void> {
    const { GROUP_JOIN, REBALANCING, CRASH } = this.#consumer.events;
    const joined = Promise.withResolvers<readonly Assignment[]>();
    // Awaited only when the library runs; it may fail before.
    joined.promise.catch(() => {});
    const begun = Promise.withResolvers<void>();
    this.#consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      const assignments = Object.entries(memberAssignment)
        .map(([topic, partitions]) => ({ topic, partitions }));
      joined.resolve(assignments);
      this.#options.onAssigned?.(assignments);
    });
    this.#consumer.on(REBALANCING, () => this.#options.onRevoked?.());
    this.#consumer.on(CRASH, ({ payload: { error } }) => {
      joined.reject(error);
      this.#end(error);
    });
    await this.#consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message, heartbeat }) => {
        await begun.promise;
        // The library sends no heartbeat while it waits for this function.
        const beating = setInterval(
          () => void heartbeat().catch((error) => this.#refuse(error)),
          heartbeatMs,
        );
        try {
          await this.#handOver(recordOf(topic, partition, message));
        } finally {
          clearInterval(beating);
        }
      },
    });
    // Not before: the library ignores a commit until it runs.
    try {
      await this.#commitEnds(await joined.promise);
    } finally {
      begun.resolve();
    }
  }

  async *records(): AsyncIterable<ConsumedRecord> {
    while (true) {
      const next = this.#waiting;
      if (next !== undefined) {
        this.#waiting = undefined;
        // Taken first: the library may read on while the caller works.
        next.taken();
        yield next.record;
      } else if (this.#isEnded) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else await this.#changed.promise;
    }
  }

  async commit({ topic, partition, offset }: ConsumedRecord): Promise<void> {
    await this.#consumer.commitOffsets([{ topic, partition, offset: `${offset + 1n}` }]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing ??= this.#leave();
  }

  async #leave(): Promise<void> {
    this.#end(undefined);
    try {
      await deadline(() => this.#consumer.disconnect(), leaveLimitMs, {
        action: "leave the group",
      });
    } catch {
      // Without its heartbeats the group gives the partitions to others.
    }
  }

  async #commitEnds(assignments: readonly Assignment[]): Promise<void> {
    const offsets = assignments.flatMap(({ topic, partitions }) =>
      partitions.flatMap((partition) => {
        const offset = this.ends.get(`${topic}/${partition}`);
        return offset === undefined ? [] : [{ topic, partition, offset }];
      })
    );
    this.ends = new Map();
    if (offsets.length > 0) await this.#consumer.commitOffsets(offsets);
  }

  /** Resolves when the reader has taken the record. */
  async #handOver(record: ConsumedRecord): Promise<void> {
    if (this.#isEnded) throw new Error("the consumer has ended");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting = { record, taken: resolve, refused: reject };
    this.#wake();
    await promise;
  }

  /** Takes back the record, so that the library joins the group again. */
  #refuse(error: unknown): void {
    this.#waiting?.refused(error);
    this.#waiting = undefined;
  }

  #end(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    // The library waits for a record in its hand-over before it disconnects.
    this.#waiting?.taken();
    this.#waiting = undefined;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function recordOf(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const { offset, timestamp, key, value, headers = {} } = message;
  return {
    topic,
    partition,
    offset: BigInt(offset),
    timestampMs: Number(timestamp),
    key: key ?? undefined,
    value: value ?? undefined,
    headers: Object.entries(headers).flatMap(([name, content]) =>
      [content ?? ""].flat().map((one) => [name, Buffer.from(one)] as const)
    ),
  };
}
