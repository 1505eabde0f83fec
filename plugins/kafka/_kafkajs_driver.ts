/**
 * The driver for npm:kafkajs. Connections, framing, TLS, SASL and time limits are the library's; produce requests are
 * bytes that this plugin encoded. Of the compressions the library has gzip only.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { gzipSync } from "node:zlib";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import {
  type Broker,
  BrokerClient,
  type ConnectionPool,
  createLogger,
  createTopicsRequest,
  createTopicsResponse,
  type Encoder,
  library,
  Pool,
  RequestEncoder,
} from "./_kafkajs.ts";
import { openConsumer } from "./_kafkajs_consumer.ts";
import { produceApi, produceRequestHead, readProduceAnswer } from "./_produce_request.ts";
import type { ConsumerOptions } from "./consumed_record.ts";
import type {
  BrokerAddress,
  Compression,
  DriverConsumer,
  DriverOptions,
  KafkaDriver,
  ProduceAnswer,
  ProduceRequest,
  ProducerIdAnswer,
  Security,
  TopicView,
} from "./driver.ts";
import { type FailureKind, innerErrors, kafkaError, leaderNotAvailable } from "./errors.ts";

/** Opens the driver; it connects with the first request. */
export function openKafkajs(options: DriverOptions): Promise<KafkaDriver> {
  return Promise.resolve(new KafkajsDriver(options));
}

/** Connections to one broker. */
interface Node {
  readonly pool: ConnectionPool;
  readonly broker: Broker;
}

class KafkajsDriver implements KafkaDriver {
  readonly name = "kafkajs";
  readonly compressions: readonly Compression[] = ["none", "gzip"];
  readonly #options: DriverOptions;
  readonly #addresses: string;
  readonly #logger = createLogger({ level: library.logLevel.NOTHING, logCreator: () => () => {} });
  /** Open connections by `host:port`. */
  readonly #nodes = new Map<string, Node>();
  /** Addresses of the nodes by their numbers, from the last answer about a topic. */
  #known: ReadonlyMap<number, BrokerAddress> = new Map();
  #controller = -1;
  #security: Security = {};

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#addresses = options.brokers.map(({ host, port }) => `${host}:${port}`).join(", ");
  }

  topic(name: string): Promise<TopicView> {
    return this.#request(`describe topic ${name}`, async () => {
      const { broker } = await this.#anyBroker();
      try {
        const answer = await broker.metadata([name]);
        this.#known = new Map(
          answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]),
        );
        this.#controller = answer.controllerId;
        const leaders: number[] = [];
        for (const { partitionId, leader } of answer.topicMetadata[0].partitionMetadata) {
          leaders[partitionId] = leader;
        }
        return { errorCode: 0, leaders };
      } catch (error) {
        return { errorCode: protocolCode(error), leaders: [] };
      }
    });
  }

  createTopic(name: string): Promise<number> {
    return this.#request(`create topic ${name}`, async () => {
      const { pool } = await this.#node(this.#controller) ?? await this.#anyBroker();
      const request = createTopicsRequest({
        topics: [{ topic: name, numPartitions: -1, replicationFactor: -1 }],
        validateOnly: false,
        timeout: this.#options.requestTimeoutMs,
      });
      const answer = await pool.send({
        // Version 4 has the bytes of version 3 and allows the brokers' defaults.
        request: { ...request, apiVersion: 4 },
        response: { ...createTopicsResponse, parse: (data) => Promise.resolve(data) },
      });
      return answer.topicErrors[0].errorCode;
    });
  }

  produce(request: ProduceRequest): Promise<ProduceAnswer> {
    // The library writes after this call has returned, and the batch may change until then.
    const body = encodedRequest(request);
    return this.#request(`write to topic ${request.topic}`, async () => {
      const node = await this.#node(request.node);
      if (node === undefined) return { errorCode: leaderNotAvailable, offset: -1n };
      return await node.pool.send({
        request: {
          apiKey: produceApi.key,
          apiVersion: produceApi.version,
          apiName: "Produce",
          encode: () => Promise.resolve(body),
        },
        response: {
          decode: (answer) => Promise.resolve(readProduceAnswer(answer)),
          parse: (answer) => Promise.resolve(answer),
        },
      });
    });
  }

  producerId(): Promise<ProducerIdAnswer> {
    return this.#request("get a producer id", async () => {
      const { broker } = await this.#anyBroker();
      try {
        const answer = await broker.initProducerId({
          transactionalId: null,
          transactionTimeout: 60_000,
        });
        return {
          errorCode: 0,
          producerId: BigInt(answer.producerId),
          epoch: answer.producerEpoch,
        };
      } catch (error) {
        return { errorCode: protocolCode(error), producerId: -1n, epoch: -1 };
      }
    });
  }

  compress(compression: Compression, bytes: Uint8Array): Uint8Array {
    if (compression === "gzip") return gzipSync(bytes);
    throw new AgentError(
      "unsupported",
      `Cannot compress with ${compression}: driver kafkajs has only gzip; set kafka.driver to platformatic`,
    );
  }

  consume(options: ConsumerOptions): Promise<DriverConsumer> {
    const translated = (action: string, error: unknown) =>
      kafkaError(`${action} group ${options.group}`, this.#addresses, kindOf(error), error);
    return this.#request(`join group ${options.group}`, async () => {
      await this.#readSecurity();
      const member = await openConsumer(this.#options, options, {
        sasl: () => this.#sasl(),
        ssl: this.#security.tls !== undefined,
        socketFactory: this.#openSocket,
      });
      return {
        async *records() {
          try {
            yield* member.records();
          } catch (error) {
            throw translated("read as a member of", error);
          }
        },
        async commit(record) {
          try {
            await member.commit(record);
          } catch (error) {
            throw translated("commit a position of", error);
          }
        },
        [Symbol.asyncDispose]: () => member[Symbol.asyncDispose](),
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const nodes = [...this.#nodes.values()];
    this.#nodes.clear();
    await Promise.all(nodes.map(({ broker }) => broker.disconnect()));
  }

  async #anyBroker(): Promise<Node> {
    for (const node of this.#nodes.values()) if (node.broker.isConnected()) return node;
    // The configured ones first: known nodes may have moved.
    const errors: unknown[] = [];
    for (const address of [...this.#options.brokers, ...this.#known.values()]) {
      try {
        return await this.#connected(address);
      } catch (error) {
        errors.push(error);
      }
    }
    throw new AggregateError(errors, "no broker answers");
  }

  async #node(node: number): Promise<Node | undefined> {
    const address = this.#known.get(node);
    return address && await this.#connected(address);
  }

  async #connected(address: BrokerAddress): Promise<Node> {
    const key = `${address.host}:${address.port}`;
    const open = this.#nodes.get(key);
    if (open?.broker.isConnected()) return open;
    await this.#readSecurity();
    // A new one each time, because certificates and login may have changed.
    await open?.broker.disconnect();
    const node = this.#newNode(address);
    this.#nodes.set(key, node);
    await node.broker.connect();
    return node;
  }

  #newNode({ host, port }: BrokerAddress): Node {
    const { clientId, dialTimeoutMs, requestTimeoutMs } = this.#options;
    const pool = new Pool({
      host,
      port,
      clientId,
      sasl: this.#sasl(),
      ssl: this.#security.tls === undefined ? undefined : {},
      socketFactory: this.#openSocket,
      connectionTimeout: dialTimeoutMs,
      requestTimeout: requestTimeoutMs,
      enforceRequestTimeout: true,
      maxInFlightRequests: 5,
      logger: this.#logger,
    });
    const broker = new BrokerClient({
      connectionPool: pool,
      logger: this.#logger,
      authenticationTimeout: dialTimeoutMs,
      allowAutoTopicCreation: false,
    });
    return { pool, broker };
  }

  readonly #openSocket = (
    { host, port, onConnect }: { host: string; port: number; onConnect: () => void },
  ): Socket => {
    const { tls } = this.#security;
    if (tls === undefined) return connectTcp({ host, port, noDelay: true }, onConnect);
    const { ca, cert, key, serverName } = tls;
    const name = serverName ?? (isIP(host) === 0 ? host : undefined);
    return connectTls({
      host,
      port,
      ...name !== undefined && { servername: name },
      ...ca !== undefined && { ca },
      ...cert !== undefined && { cert, key },
    }, onConnect);
  };

  #sasl() {
    const { sasl } = this.#security;
    if (sasl === undefined) return undefined;
    return { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password };
  }

  async #readSecurity(): Promise<void> {
    this.#security = await this.#options.security();
  }

  async #request<T>(action: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw kafkaError(action, this.#addresses, kindOf(error), error);
    }
  }
}

function encodedRequest(request: ProduceRequest): Encoder {
  const head = produceRequestHead(request);
  const { batch } = request;
  const encoder = new RequestEncoder(head.length + batch.length);
  for (const bytes of [head, batch]) {
    encoder.writeBufferInternal(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  return encoder;
}

/** The error number inside an error that the library made of an answer. Throws other errors again. */
function protocolCode(error: unknown): number {
  if (error instanceof library.KafkaJSProtocolError && typeof error.code === "number") {
    return error.code;
  }
  throw error;
}

const unreachable: ReadonlySet<string> = new Set([
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
  "KafkaJSNoBrokerAvailableError",
]);

/** Whether a broker could not be reached or refused, from the classes and texts of the library's errors. */
function kindOf(error: unknown): FailureKind {
  let kind: FailureKind = "failed";
  for (const inner of innerErrors(error)) {
    if (inner instanceof AgentError || !(inner instanceof Error)) continue;
    if (inner.name === "KafkaJSSASLAuthenticationError" || isTlsText(describeError(inner))) {
      return "denied";
    }
    if (unreachable.has(inner.name)) kind = "unreachable";
  }
  return kind;
}

function isTlsText(text: string): boolean {
  return /certificate|TLS|handshake|alert|SASL/i.test(text);
}
