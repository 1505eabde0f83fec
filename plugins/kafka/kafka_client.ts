/**
 * A client of one Kafka cluster: one driver, which connects when it is first used, and the senders on it.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { AgentError } from "../../core/errors/mod.ts";
import type { KafkaDriverName } from "./config.ts";
import type { ConsumerOptions } from "./consumed_record.ts";
import { GroupConsumer, type KafkaConsumer } from "./consumer.ts";
import type { BrokerAddress, Compression, KafkaDriver, OpenDriver, Security } from "./driver.ts";
import { protocolFailure } from "./errors.ts";
import type { KafkaApi, KafkaSender, TopicSenderOptions } from "./api.ts";
import { KafkaStats } from "./stats.ts";
import { TopicCache } from "./topic_cache.ts";
import { TopicSender } from "./topic_sender.ts";

/** Options of {@linkcode KafkaClient}. */
export interface KafkaClientOptions {
  readonly driver: KafkaDriverName;
  readonly brokers: readonly BrokerAddress[];
  readonly clientId: string;
  readonly compression: Compression;
  readonly isIdempotent: boolean;
  readonly createTopics: boolean;
  readonly maxBatchBytes: number;
  readonly dialTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  /** Called before each new connection. */
  readonly security: () => Promise<Security>;
  readonly clock: Clock;
  readonly onIdempotenceRefused: (topic: string, reason: string) => void;
  /** Opens the driver, instead of the one that `driver` names. For tests. */
  readonly open?: OpenDriver;
}

/** A topic that no cluster has: asking for it proves that a broker answers and the login works. */
const probeTopic = "__probe";

/** Error numbers that a description of {@linkcode probeTopic} may have: unknown, or not visible for this user. */
const probeAnswers: ReadonlySet<number> = new Set([0, 3, 29]);

/** A client of one cluster. */
export class KafkaClient implements KafkaApi, AsyncDisposable {
  readonly isEnabled = true;
  /** Metrics of the senders. */
  readonly stats: KafkaStats = new KafkaStats();
  readonly #options: KafkaClientOptions;
  readonly #topics: TopicCache;
  readonly #senders = new Set<TopicSender>();
  readonly #consumers = new Set<GroupConsumer>();
  #driver: Promise<KafkaDriver> | undefined;
  #isClosed = false;

  constructor(options: KafkaClientOptions) {
    this.#options = options;
    const { clock, metadataMaxAgeMs: maxAgeMs, createTopics } = options;
    this.#topics = new TopicCache(this.#open, { clock, maxAgeMs, createTopics });
  }

  sender(topic: string, options: TopicSenderOptions): KafkaSender {
    if (this.#isClosed) throw this.#closedError();
    if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic)) {
      throw new TypeError(
        `Cannot send to topic "${topic}": a name has 1 to 249 letters, digits, ".", "_" and "-"`,
      );
    }
    const { clock, compression, isIdempotent, maxBatchBytes, requestTimeoutMs } = this.#options;
    const sender = new TopicSender(topic, {
      driver: this.#open,
      topics: this.#topics,
      stats: this.stats,
      clock,
      compression,
      isIdempotent,
      maxBatchBytes,
      // The broker gives up first, so that its reason arrives instead of a closed connection.
      acknowledgeTimeoutMs: Math.floor(requestTimeoutMs * 0.8),
      onIdempotenceRefused: this.#options.onIdempotenceRefused,
    }, options);
    this.#senders.add(sender);
    return sender;
  }

  consume(options: ConsumerOptions): KafkaConsumer {
    if (this.#isClosed) throw this.#closedError();
    const consumer = new GroupConsumer({
      driver: this.#open,
      clock: this.#options.clock,
      onClosed: (closed) => this.#consumers.delete(closed),
    }, options);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Makes one request. @throws {AgentError} When no broker answers or the login fails. */
  async ping(): Promise<void> {
    const driver = await this.#open();
    const { errorCode } = await driver.topic(probeTopic);
    if (probeAnswers.has(errorCode)) return;
    throw protocolFailure("ask the cluster", errorCode);
  }

  /** Ends all senders and closes the connections. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const sender of this.#senders) sender.close();
    this.#senders.clear();
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    // A driver that could not be opened has failed all calls that needed it, and holds nothing.
    const driver = await this.#driver?.catch(() => undefined);
    this.#driver = undefined;
    await driver?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open = async (): Promise<KafkaDriver> => {
    if (this.#isClosed) throw this.#closedError();
    const driver = this.#driver ??= (this.#options.open ?? openNamed)(this.#options);
    try {
      return await driver;
    } catch (error) {
      if (this.#driver === driver) this.#driver = undefined;
      throw error;
    }
  };

  #closedError(): AgentError {
    return new AgentError("closed", "Cannot use Kafka: the client is closed");
  }
}

async function openNamed(options: KafkaClientOptions): Promise<KafkaDriver> {
  if (options.driver === "kafkajs") {
    const { openKafkajs } = await import("./_kafkajs_driver.ts");
    return await openKafkajs(options);
  }
  const { openPlatformatic } = await import("./_platformatic_driver.ts");
  return await openPlatformatic(options);
}
