/**
 * The only import of npm:kafkajs, loaded lazily with the driver. The record batches of this plugin need the library's
 * connections, which its entry point does not export; its files are imported instead, with the types of what is used.
 */
import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { logCreator } from "npm:kafkajs@2.2.4";
import brokerModule from "npm:kafkajs@2.2.4/src/broker/index.js";
import loggersModule from "npm:kafkajs@2.2.4/src/loggers/index.js";
import poolModule from "npm:kafkajs@2.2.4/src/network/connectionPool.js";
import encoderModule from "npm:kafkajs@2.2.4/src/protocol/encoder.js";
import topicRequestModule from "npm:kafkajs@2.2.4/src/protocol/requests/createTopics/v3/request.js";
import topicResponseModule from "npm:kafkajs@2.2.4/src/protocol/requests/createTopics/v3/response.js";

export { default as library } from "npm:kafkajs@2.2.4";
export type { Consumer, Kafka, KafkaMessage, logCreator, SASLOptions } from "npm:kafkajs@2.2.4";

/** A buffer that grows while a request is written. */
export interface Encoder {
  writeBufferInternal(bytes: Buffer): void;
}

/** A request of the protocol. */
export interface RawRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  encode(): Promise<Encoder>;
}

/** How the answer to a request is read. */
export interface RawResponse<T> {
  decode(answer: Buffer): Promise<T>;
  parse(data: T): Promise<T>;
}

/** Opens a socket to a broker. */
export type SocketFactory = (
  target: { host: string; port: number; onConnect: () => void },
) => Socket;

/** Connections to one broker. */
export interface ConnectionPool {
  send<T>(
    exchange: {
      request: RawRequest;
      response: RawResponse<T>;
      logResponseError?: boolean;
    },
  ): Promise<T>;
}

/** What a broker says about topics. */
export interface BrokerMetadata {
  readonly brokers: readonly { nodeId: number; host: string; port: number }[];
  readonly controllerId: number;
  readonly topicMetadata: readonly {
    readonly partitionMetadata: readonly { partitionId: number; leader: number }[];
  }[];
}

/** One broker. */
export interface Broker {
  isConnected(): boolean;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  metadata(topics: string[]): Promise<BrokerMetadata>;
  initProducerId(
    options: { transactionalId: null; transactionTimeout: number },
  ): Promise<{ errorCode: number; producerId: string; producerEpoch: number }>;
}

/** Options of a pool. */
export interface PoolOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly sasl: unknown;
  readonly ssl: unknown;
  readonly socketFactory: SocketFactory;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly maxInFlightRequests: number;
  readonly logger: unknown;
}

/** Constructor of a pool. */
export const Pool: new (options: PoolOptions) => ConnectionPool = poolModule;
/** Constructor of a broker. */
export const BrokerClient: new (
  options: {
    connectionPool: ConnectionPool;
    logger: unknown;
    authenticationTimeout: number;
    allowAutoTopicCreation: boolean;
  },
) => Broker = brokerModule;
/** Constructor of an encoder. */
export const RequestEncoder: new (size?: number) => Encoder = encoderModule;
/** Creates the logger that the library's parts want. */
export const createLogger: (options: { level: number; logCreator: logCreator }) => unknown =
  loggersModule.createLogger;

/** A topic to be created. */
export interface NewTopic {
  readonly topic: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
}

/** The request that creates topics, version 3. */
export const createTopicsRequest: (
  options: { topics: NewTopic[]; validateOnly: boolean; timeout: number },
) => RawRequest = topicRequestModule;
/** Its answer; the error numbers are left to the caller. */
export const createTopicsResponse: RawResponse<{
  readonly topicErrors: readonly { topic: string; errorCode: number }[];
}> = topicResponseModule;
