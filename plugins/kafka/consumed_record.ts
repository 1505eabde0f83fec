/**
 * Records as a consumer gets them, and the options of a consumer.
 *
 * @module
 */

/** One record from a topic. */
export interface ConsumedRecord {
  /** Name of the topic. */
  readonly topic: string;
  /** Number of the partition. */
  readonly partition: number;
  /** Position in the partition. */
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  /** Undefined for a record without key. */
  readonly key: Uint8Array | undefined;
  /** Undefined for a record that deletes its key. */
  readonly value: Uint8Array | undefined;
  /** Headers in their order; a name may be there several times. */
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}

/** Partitions of a topic that a member of a group has. */
export interface Assignment {
  /** Name of the topic. */
  readonly topic: string;
  /** Numbers of the partitions. */
  readonly partitions: readonly number[];
}

/** Options of {@linkcode KafkaApi.consume}. */
export interface ConsumerOptions {
  /** Names of the topics; at least one. */
  readonly topics: readonly string[];
  /** Name of the consumer group. */
  readonly group: string;
  /**
   * Where to begin in a partition for which the group has committed no position. Default `latest`: the end at the time
   * of joining, which is then committed, so that a restart before the first record misses nothing.
   */
  readonly start?: "earliest" | "latest";
  /** Silence after which the group gives the partitions to other members, in milliseconds. Default 30,000. */
  readonly sessionTimeoutMs?: number;
  /** How long a broker waits for new records before it answers, in milliseconds. Default 500. */
  readonly maxWaitMs?: number;
  /** Called with the new assignment after each rebalance. It must not throw. */
  readonly onAssigned?: (assignments: readonly Assignment[]) => void;
  /** Called when a rebalance begins: others may get the partitions. It must not throw. */
  readonly onRevoked?: () => void;
  /** Called when the consumer lost its brokers or its group, before it joins again. It must not throw. */
  readonly onTrouble?: (error: unknown) => void;
}
