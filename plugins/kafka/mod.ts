/**
 * Client for Apache Kafka 2.1 and newer: producers that write blocks of framed records as record batches, with
 * acknowledgement of all in-sync replicas. A record batch is encoded as bytes, without an object per record; the
 * connections (TLS, SASL, timeouts) are those of a library, which is loaded when brokers are configured. Consumers are
 * members of a group that read records one after the other and commit positions themselves.
 *
 * Two drivers make the connections, `@platformatic/kafka` and `kafkajs`; both pass the same tests against a real broker,
 * except that `kafkajs` compresses with gzip only and prints a harmless `TimeoutNegativeWarning`. With record batches of
 * 4,000 records of 200 bytes, acknowledged by all replicas, they measured the same: 0.46 million records a second and
 * 1.06 (`kafkajs`) to 1.17 CPU seconds per million with one batch in flight, on two cores that the broker shared; the
 * producer of `@platformatic/kafka` with an object per record took 9.8. The default is `@platformatic/kafka`, which has
 * every compression.
 *
 * It queues nothing and does not repeat by itself: a failed block has the outcome `retry`, and its route decides.
 * Transactions and schema registries are not supported.
 *
 * @module
 */
export { kafkaConfig, type KafkaDriverName, type KafkaLogin } from "./config.ts";
export type { Assignment, ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";
export type { KafkaConsumer } from "./consumer.ts";
export type { Compression } from "./driver.ts";
export { kafkaErrors } from "./errors.ts";
export { partitionOf } from "./partition.ts";
export type { KafkaApi, KafkaSender, RejectedRecord, TopicSenderOptions } from "./api.ts";
export { kafka, type KafkaOptions, kafkaToken } from "./plugin.ts";
export {
  keyedBlock,
  type KeyedRecord,
  keyedRecordBytes,
  type RecordBlock,
  type RecordFormat,
  valueBlock,
  writeKeyedRecord,
} from "./record_block.ts";
