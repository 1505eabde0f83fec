/**
 * What the plugin needs of a Kafka library: connections that authenticate, a few requests, compression and group
 * consumers. Batches, sequence numbers, routing and retries are the plugin's own and the same for all drivers.
 *
 * @module
 */
import type { ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";

/** Compression of record batches. */
export type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** Number of each compression in the attributes of a batch. */
export const compressionCodes: Readonly<Record<Compression, number>> = Object.freeze({
  none: 0,
  gzip: 1,
  snappy: 2,
  lz4: 3,
  zstd: 4,
});

/** Address of a broker. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Certificates in PEM. */
export interface TlsMaterial {
  /** Authorities that may sign the brokers' certificates. Default: those of the system. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name expected in the certificate. Default: the host of the broker. */
  readonly serverName?: string;
}

/** Mechanisms of SASL. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** Login by SASL. */
export interface SaslLogin {
  readonly mechanism: SaslMechanism;
  readonly user: string;
  readonly password: string;
}

/** What a new connection needs beside its address. */
export interface Security {
  /** Default: no TLS. */
  readonly tls?: TlsMaterial;
  /** Default: no login. */
  readonly sasl?: SaslLogin;
}

/** Options of {@linkcode OpenDriver}. */
export interface DriverOptions {
  readonly brokers: readonly BrokerAddress[];
  readonly clientId: string;
  /** Time limit to connect and to log in. */
  readonly dialTimeoutMs: number;
  /** Time limit of a request; a connection that exceeds it is closed. */
  readonly requestTimeoutMs: number;
  /** Called before each new connection, so that replaced certificates and passwords take effect. */
  readonly security: () => Promise<Security>;
}

/** Partitions of one topic as a broker describes them. */
export interface TopicView {
  /** Error number of Kafka; 0 without error. */
  readonly errorCode: number;
  /** Node that leads each partition, by number of the partition; -1 when it has no leader now. */
  readonly leaders: readonly number[];
}

/** One batch for one partition. */
export interface ProduceRequest {
  readonly node: number;
  readonly topic: string;
  readonly partition: number;
  /** An encoded batch. The driver copies it before `produce` returns its promise. */
  readonly batch: Uint8Array;
  /** Time that the broker may wait for its replicas. */
  readonly timeoutMs: number;
}

/** Answer of a broker with an error number of Kafka; 0 without error. */
export interface ProduceAnswer {
  readonly errorCode: number;
  /** Offset of the first record of the batch; -1 with an error. */
  readonly offset: bigint;
}

/** Identity of an idempotent producer. */
export interface ProducerIdAnswer {
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly epoch: number;
}

/** A member of a consumer group. */
export interface DriverConsumer extends AsyncDisposable {
  /** Records, those of a partition in order; ends after disposal. Throws when the library gives up. */
  records(): AsyncIterable<ConsumedRecord>;
  /** Commits the position after this record. */
  commit(record: ConsumedRecord): Promise<void>;
}

/** Connections to one cluster. All calls may throw {@linkcode AgentError}s of this plugin's catalogue. */
export interface KafkaDriver extends AsyncDisposable {
  readonly name: string;
  /** Compressions that {@linkcode KafkaDriver.compress} can do. */
  readonly compressions: readonly Compression[];
  /** Describes a topic, from the first broker that answers; never creates it. Also proves that the login works. */
  topic(name: string): Promise<TopicView>;
  /** Creates a topic with the brokers' defaults; returns the error number. */
  createTopic(name: string): Promise<number>;
  /** Writes a batch and waits for all in-sync replicas. */
  produce(request: ProduceRequest): Promise<ProduceAnswer>;
  /** Gets a new identity for an idempotent producer. */
  producerId(): Promise<ProducerIdAnswer>;
  compress(compression: Compression, bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** Joins a consumer group. */
  consume(options: ConsumerOptions): Promise<DriverConsumer>;
}

/** Opens a driver. It connects with the first request. */
export type OpenDriver = (options: DriverOptions) => Promise<KafkaDriver>;
