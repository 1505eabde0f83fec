/**
 * The driver for npm:@platformatic/kafka. Connections, framing, TLS, SASL, timeouts and compression are the
 * library's; produce requests are bytes that this plugin encoded.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import {
  compressionsAlgorithms,
  type Connection,
  type ConnectionOptions,
  ConnectionPool,
  createAPI,
  createTopicsV4,
  initProducerIdV1,
  metadataV7,
  type Reader,
  Writer,
} from "./_platformatic.ts";
import { openConsumer } from "./_platformatic_consumer.ts";
import { produceApi, produceRequestHead, readProduceAnswer } from "./_produce_request.ts";
import type { ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";
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
export function openPlatformatic(options: DriverOptions): Promise<KafkaDriver> {
  return Promise.resolve(new PlatformaticDriver(options));
}

/** Answers that carry an error number are thrown by the library as errors with the answer inside. */
type Answered<T> = { readonly answer: T };

const produce = createAPI<[ProduceRequest], ProduceAnswer>(
  produceApi.key,
  produceApi.version,
  (request: ProduceRequest) =>
    Writer.create().append(bufferOf(produceRequestHead(request))).append(bufferOf(request.batch)),
  (_correlation, _key, _version, reader: Reader) => readProduceAnswer(reader.buffer.slice()),
  false,
  false,
);

class PlatformaticDriver implements KafkaDriver {
  readonly name = "platformatic";
  readonly compressions: readonly Compression[] = ["none", "gzip", "snappy", "lz4", "zstd"];
  readonly #options: DriverOptions;
  readonly #pool: ConnectionPool;
  readonly #addresses: string;
  /** Addresses of the nodes by their numbers, from the last answer about a topic. */
  #nodes: ReadonlyMap<number, BrokerAddress> = new Map();
  #controller = -1;
  #security: Security = {};

  constructor(options: DriverOptions) {
    this.#options = options;
    this.#addresses = options.brokers.map(({ host, port }) => `${host}:${port}`).join(", ");
    this.#pool = new ConnectionPool(
      options.clientId,
      connectionOptions(options, () => this.#security),
    );
    // Failures reach the caller through the requests; an event without listener would end the process.
    this.#pool.on("connecting", ({ connection }) => connection.on("error", () => {}));
  }

  topic(name: string): Promise<TopicView> {
    return this.#request(`describe topic ${name}`, async () => {
      const connection = await this.#anyBroker();
      const { answer } = await answered(metadataV7.api.async(connection, [name], false));
      this.#nodes = new Map(
        answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]),
      );
      this.#controller = answer.controllerId;
      const topic = answer.topics[0];
      const leaders: number[] = [];
      for (const { partitionIndex, leaderId } of topic.partitions) {
        leaders[partitionIndex] = leaderId;
      }
      return { errorCode: topic.errorCode, leaders };
    });
  }

  createTopic(name: string): Promise<number> {
    return this.#request(`create topic ${name}`, async () => {
      const connection = await this.#node(this.#controller) ?? await this.#anyBroker();
      const topic = {
        name,
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [],
        configs: [],
      };
      const { requestTimeoutMs } = this.#options;
      const { answer } = await answered(
        createTopicsV4.api.async(connection, [topic], requestTimeoutMs, false),
      );
      return answer.topics[0].errorCode;
    });
  }

  produce(request: ProduceRequest): Promise<ProduceAnswer> {
    // A later change of the batch must not reach a request that waits for its connection.
    const address = this.#nodes.get(request.node);
    const ready = address && this.#pool.getEstablishedConnection(address);
    const sent = ready?.isConnected() ? request : { ...request, batch: request.batch.slice() };
    return this.#request(`write to topic ${request.topic}`, async () => {
      if (ready?.isConnected()) return await produce.async(ready, sent);
      const connection = await this.#node(request.node);
      if (connection === undefined) return { errorCode: leaderNotAvailable, offset: -1n };
      return await produce.async(connection, sent);
    });
  }

  producerId(): Promise<ProducerIdAnswer> {
    return this.#request("get a producer id", async () => {
      const connection = await this.#anyBroker();
      const { answer } = await answered(initProducerIdV1.api.async(connection, null, 60_000));
      const { errorCode, producerId, producerEpoch: epoch } = answer;
      return { errorCode, producerId, epoch };
    });
  }

  compress(compression: Compression, bytes: Uint8Array): Promise<Uint8Array> | Uint8Array {
    const algorithm = compressionsAlgorithms[compression];
    if ("compress" in algorithm) return algorithm.compress(bufferOf(bytes));
    return algorithm.compressSync(bufferOf(bytes));
  }

  consume(options: ConsumerOptions): Promise<DriverConsumer> {
    const action = `join group ${options.group}`;
    return this.#request(action, async () => {
      await this.#readSecurity();
      const connection = connectionOptions(this.#options, () => this.#security);
      const member = await openConsumer(this.#options, connection, options);
      return {
        records: () => this.#translated(`read as a member of group ${options.group}`, member),
        commit: (record) =>
          this.#request(`commit a position of group ${options.group}`, () => member.commit(record)),
        [Symbol.asyncDispose]: () => member[Symbol.asyncDispose](),
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }

  async #anyBroker(): Promise<Connection> {
    const known = [...this.#nodes.values(), ...this.#options.brokers];
    for (const address of known) {
      const connection = this.#pool.getEstablishedConnection(address);
      if (connection?.isConnected()) return connection;
    }
    // The configured ones first: known nodes may have moved.
    const addresses = [...this.#options.brokers, ...this.#nodes.values()];
    await this.#readSecurity();
    return await this.#pool.getFirstAvailable(addresses.map((address) => ({ ...address })));
  }

  async #node(node: number): Promise<Connection | undefined> {
    const address = this.#nodes.get(node);
    if (address === undefined) return undefined;
    const connection = this.#pool.getEstablishedConnection(address);
    if (connection?.isConnected()) return connection;
    await this.#readSecurity();
    return await this.#pool.get({ ...address });
  }

  async #readSecurity(): Promise<void> {
    this.#security = await this.#options.security();
  }

  async *#translated(action: string, member: DriverConsumer): AsyncIterable<ConsumedRecord> {
    try {
      yield* member.records();
    } catch (error) {
      throw kafkaError(action, this.#addresses, kindOf(error), error);
    }
  }

  async #request<T>(action: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw kafkaError(action, this.#addresses, kindOf(error), error);
    }
  }
}

/** The library reads these members for each new connection. */
function connectionOptions(
  { dialTimeoutMs, requestTimeoutMs }: DriverOptions,
  security: () => Security,
): ConnectionOptions {
  return {
    connectTimeout: dialTimeoutMs,
    requestTimeout: requestTimeoutMs,
    get tls() {
      return tlsOf(security());
    },
    get tlsServerName() {
      return security().tls?.serverName;
    },
    get sasl() {
      return saslOf(security());
    },
  };
}

async function answered<T>(pending: Promise<T>): Promise<Answered<T>> {
  try {
    return { answer: await pending };
  } catch (error) {
    if (error instanceof Error && "response" in error && error.response !== undefined) {
      // The library attaches the answer it parsed to the error it throws for an error number in it.
      return { answer: error.response as T };
    }
    throw error;
  }
}

/** Whether a broker could not be reached or refused, from the classes and texts of the library's errors. */
function kindOf(error: unknown): FailureKind {
  let kind: FailureKind = "failed";
  for (const inner of innerErrors(error)) {
    if (inner instanceof AgentError) continue;
    const code = inner instanceof Error && "code" in inner ? String(inner.code) : "";
    if (code === "PLT_KFK_AUTHENTICATION" || isTlsText(describeError(inner))) return "denied";
    if (code === "PLT_KFK_NETWORK" || code === "PLT_KFK_TIMEOUT" || /^E[A-Z]+$/.test(code)) {
      kind = "unreachable";
    }
  }
  return kind;
}

function isTlsText(text: string): boolean {
  return /certificate|TLS|handshake|alert|SASL/i.test(text);
}

function tlsOf({ tls }: Security): ConnectionOptions["tls"] {
  if (tls === undefined) return undefined;
  const { ca, cert, key } = tls;
  return { ...ca !== undefined && { ca }, ...cert !== undefined && { cert, key } };
}

function saslOf({ sasl }: Security): ConnectionOptions["sasl"] {
  if (sasl === undefined) return undefined;
  return { mechanism: sasl.mechanism, username: sasl.user, password: sasl.password };
}

/** The same bytes as a Buffer, not copied. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
