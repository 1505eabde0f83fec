/**
 * What the Kafka plugin offers to others.
 *
 * @module
 */
import type { ConsumerOptions } from "./consumed_record.ts";
import type { KafkaConsumer } from "./consumer.ts";
import type { KafkaSender, TopicSenderOptions } from "./topic_sender.ts";

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
