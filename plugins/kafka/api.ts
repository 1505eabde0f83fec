/**
 * What the Kafka plugin offers to others.
 *
 * @module
 */
import type { Delivery, Sender } from "../../core/forward/mod.ts";
import type { ConsumerOptions } from "./consumed_record.ts";
import type { KafkaConsumer } from "./consumer.ts";
import type { RecordBlock, RecordFormat } from "./record_block.ts";

/** What the Kafka plugin offers to others. All calls throw `unavailable` when no broker is configured. */
export interface KafkaApi {
  /** Whether brokers are configured. */
  readonly isEnabled: boolean;
  /**
   * Creates a sender for a topic: the last stage of a route. Each route has its own, because a sender writes one block
   * after the other. It ends with the plugin.
   */
  sender(topic: string, options: TopicSenderOptions): KafkaSender;
  /** Creates a member of a consumer group. Close it before the plugin. */
  consume(options: ConsumerOptions): KafkaConsumer;
}

/** A record that Kafka will never accept. */
export interface RejectedRecord {
  /** `record_too_large` or `record_invalid`. */
  readonly reason: string;
  /** A copy of the record as it was framed, without its length. */
  readonly record: Uint8Array;
  /** The answer of Kafka. */
  readonly cause: unknown;
}

/** Options of {@linkcode KafkaApi.sender}. */
export interface TopicSenderOptions {
  /** Framing of the records. Default `value`. */
  readonly format?: RecordFormat;
  /**
   * Called with each record that Kafka refuses for good; it must not throw. The other records of its block are
   * delivered.
   */
  readonly onRejected: (rejected: RejectedRecord) => void;
}

/** Sends blocks to one topic. */
export interface KafkaSender extends Sender<RecordBlock | readonly RecordBlock[]> {
  /** Name of the topic. */
  readonly topic: string;
  /**
   * Writes a block, or several one after the other, which share batches and are in flight together. `delivered` means
   * that each record is in the log of a partition or was passed to `onRejected`. After `retry` pass the same bytes
   * next; it continues with the records that were not acknowledged. When one block is malformed all are rejected.
   */
  send(blocks: RecordBlock | readonly RecordBlock[], signal: AbortSignal): Promise<Delivery>;
}
