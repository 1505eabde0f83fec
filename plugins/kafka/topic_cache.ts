/**
 * What is known about the partitions of each topic. One request serves all that wait for it; the answer is used until
 * it is old, or until an error of Kafka shows that it is wrong.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { KafkaDriver, TopicView } from "./driver.ts";
import { protocolFailure } from "./errors.ts";

/** Options of {@linkcode TopicCache}. */
export interface TopicCacheOptions {
  readonly clock: Clock;
  /** Age after which a description is fetched again, in milliseconds. */
  readonly maxAgeMs: number;
  /** Whether a topic that does not exist is created. */
  readonly createTopics: boolean;
}

interface Known {
  readonly view: TopicView;
  readonly fetchedMs: number;
}

/** Number of the error "unknown topic or partition". */
const unknownTopic = 3;
const topicExists = 36;

/** Topics kept; the oldest is forgotten first. */
const maxTopics = 1_000;

/** Descriptions of topics. */
export class TopicCache {
  readonly #driver: () => Promise<KafkaDriver>;
  readonly #options: TopicCacheOptions;
  readonly #known = new Map<string, Known>();
  readonly #pending = new Map<string, Promise<TopicView>>();

  constructor(driver: () => Promise<KafkaDriver>, options: TopicCacheOptions) {
    this.#driver = driver;
    this.#options = options;
  }

  /**
   * Describes a topic that has partitions.
   *
   * @throws {AgentError} When no broker answers, or the topic does not exist and is not to be created.
   */
  async get(name: string): Promise<TopicView> {
    const { clock, maxAgeMs } = this.#options;
    const known = this.#known.get(name);
    if (known && clock.monotonic() - known.fetchedMs < maxAgeMs) return known.view;
    const pending = this.#pending.get(name);
    if (pending) return await pending;
    const fetching = this.#fetch(name);
    this.#pending.set(name, fetching);
    try {
      return await fetching;
    } finally {
      this.#pending.delete(name);
    }
  }

  /** Makes the next {@linkcode TopicCache.get} ask a broker. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  async #fetch(name: string): Promise<TopicView> {
    const { clock, createTopics } = this.#options;
    const driver = await this.#driver();
    let view = await driver.topic(name);
    if (view.errorCode === unknownTopic && createTopics) {
      const errorCode = await driver.createTopic(name);
      if (errorCode !== 0 && errorCode !== topicExists) {
        throw protocolFailure(`create topic ${name}`, errorCode);
      }
      view = await driver.topic(name);
    }
    // A topic without a leader for some partition has an error number there only; it can be used.
    if (view.leaders.length === 0) throw protocolFailure(`describe topic ${name}`, view.errorCode);
    if (this.#known.size >= maxTopics) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(name, { view, fetchedMs: clock.monotonic() });
    return view;
  }
}
