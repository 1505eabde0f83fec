/**
 * Consumers of a group: an async iterable of records whose position the caller commits. A consumer that lost its
 * brokers joins again by itself; records that were not committed then come again.
 *
 * @module
 */
import { aborted, backoff, type Clock } from "../../core/async/mod.ts";
import { AgentError } from "../../core/errors/mod.ts";
import type { ConsumedRecord, ConsumerOptions } from "./consumed_record.ts";
import type { DriverConsumer, KafkaDriver } from "./driver.ts";

/** A consumer: an async iterable of records, which one loop reads. It joins its group when the loop begins. */
export interface KafkaConsumer extends AsyncIterable<ConsumedRecord>, AsyncDisposable {
  /**
   * Commits the position after this record: the group continues there.
   *
   * @throws {AgentError} When the group does not accept it; the record may come again.
   */
  commit(record: ConsumedRecord): Promise<void>;
  /** Withholds records until {@linkcode KafkaConsumer.resume}; the membership of the group is kept. Idempotent. */
  pause(): void;
  /** Continues after {@linkcode KafkaConsumer.pause}. Idempotent. */
  resume(): void;
  /** Leaves the group and ends the iteration. Idempotent. */
  close(): Promise<void>;
}

/** What a consumer needs of its client. */
export interface GroupConsumerContext {
  readonly driver: () => Promise<KafkaDriver>;
  readonly clock: Clock;
  /** Called when the consumer is closed. */
  readonly onClosed: (consumer: GroupConsumer) => void;
}

/** Bounds of the delays before it joins again, in milliseconds. */
const minRejoinMs = 200;
const maxRejoinMs = 10_000;

/** A member of a consumer group. */
export class GroupConsumer implements KafkaConsumer {
  readonly #context: GroupConsumerContext;
  readonly #options: ConsumerOptions;
  readonly #closing = new AbortController();
  #current: DriverConsumer | undefined;
  #isIterated = false;
  #paused: PromiseWithResolvers<void> | undefined;

  constructor(context: GroupConsumerContext, options: ConsumerOptions) {
    if (options.topics.length === 0) {
      throw new TypeError(`Cannot consume in group ${options.group}: no topic is named`);
    }
    this.#context = context;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumedRecord, void, void> {
    const { group, onTrouble } = this.#options;
    if (this.#isIterated) {
      throw new TypeError(`Cannot read twice from a consumer of group ${group}`);
    }
    this.#isIterated = true;
    const { signal } = this.#closing;
    const delays = backoff({ min: minRejoinMs, max: maxRejoinMs });
    try {
      while (!signal.aborted) {
        try {
          const driver = await this.#context.driver();
          this.#current = await driver.consume(this.#options);
          // Closed while it joined.
          if (signal.aborted) return;
          for await (const record of this.#current.records()) {
            delays.reset();
            await this.#untilResumed();
            if (signal.aborted) return;
            yield record;
          }
        } catch (error) {
          if (signal.aborted) return;
          onTrouble?.(error);
        }
        await this.#leave();
        await this.#pause(delays.next());
      }
    } finally {
      await this.#leave();
    }
  }

  async commit(record: ConsumedRecord): Promise<void> {
    if (this.#current === undefined) {
      throw new AgentError(
        "unavailable",
        `Cannot commit offset ${record.offset} of topic ${record.topic}: the consumer is in no group now`,
      );
    }
    await this.#current.commit(record);
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.resume();
    this.#context.onClosed(this);
    await this.#leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #untilResumed(): Promise<void> {
    while (this.#paused) await this.#paused.promise;
  }

  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.[Symbol.asyncDispose]();
  }

  async #pause(delayMs: number): Promise<void> {
    const { signal } = this.#closing;
    const { clock } = this.#context;
    using stop = aborted(signal);
    const slept = Promise.withResolvers<void>();
    using _timer = clock.timer(delayMs, slept.resolve);
    await Promise.race([slept.promise, stop]);
  }
}
