/**
 * Identity and sequence numbers of an idempotent producer. With them a broker recognises a batch that it already has,
 * so that repeating one whose answer was lost adds no duplicate.
 *
 * Invariant: a sequence number is used for one batch only. Repeating a batch uses its number again; when the outcome of
 * a batch is unknown and it will not be repeated, the session ends, and a new identity begins with number 0.
 *
 * A broker accepts only the batch with the next number, so batches that are in flight together stay in order. The
 * exception is a producer that the partition does not know (yet, or not any more): its first batch may have any number.
 * So a second batch may be in flight only if one was acknowledged a short time ago.
 *
 * @module
 */
import type { BatchOrigin } from "./_record_batch.ts";
import type { KafkaDriver } from "./driver.ts";
import { protocolErrorName, protocolFailure } from "./errors.ts";

const anonymous: BatchOrigin = Object.freeze({ producerId: -1n, epoch: -1, sequence: -1 });

/** Sequence numbers wrap around to 0 after 2^31 - 1. */
const sequences = 2 ** 31;

/** Errors that mean that this user may not have an identity, by number. */
const refusals: ReadonlySet<number> = new Set([31, 35, 53]);

/**
 * Time after an acknowledgement for which a partition certainly knows the producer, in milliseconds. Brokers forget one
 * after a day, and after a minute at least.
 */
const knownForMs = 30_000;

interface Identity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** The identity of one producer. */
export class ProducerSession {
  readonly #onRefused: (reason: string) => void;
  #isIdempotent: boolean;
  #identity: Identity | undefined;
  readonly #next = new Map<number, number>();
  /** When a batch was acknowledged last, by partition. */
  readonly #acknowledgedMs = new Map<number, number>();

  /** Calls `onRefused` when the cluster grants no identity; batches then have none. */
  constructor(isIdempotent: boolean, onRefused: (reason: string) => void) {
    this.#isIdempotent = isIdempotent;
    this.#onRefused = onRefused;
  }

  /** Whether a batch may be sent to a partition while another one is in flight to it. */
  maySendAhead(partition: number, nowMs: number): boolean {
    return nowMs - (this.#acknowledgedMs.get(partition) ?? -Infinity) < knownForMs;
  }

  /**
   * Identity for the next batch of a partition, with a new sequence number, or with that of the batch that it repeats.
   *
   * @throws {AgentError} When it gets no identity.
   */
  async origin(
    driver: KafkaDriver,
    partition: number,
    records: number,
    repeated?: number,
  ): Promise<BatchOrigin> {
    if (!this.#isIdempotent) return anonymous;
    this.#identity ??= await this.#begin(driver);
    if (this.#identity === undefined) return anonymous;
    const sequence = repeated ?? this.#next.get(partition) ?? 0;
    if (repeated === undefined) this.#next.set(partition, (sequence + records) % sequences);
    return { ...this.#identity, sequence };
  }

  /** Notes that a batch was acknowledged. */
  acknowledge(partition: number, nowMs: number): void {
    if (this.#identity !== undefined) this.#acknowledgedMs.set(partition, nowMs);
  }

  /** Takes back the sequence numbers of a partition from this one on: the batches that had them were not written. */
  takeBack(partition: number, sequence: number): void {
    if (this.#identity !== undefined) this.#next.set(partition, sequence);
  }

  /** Ends the identity; the next batch gets a new one. */
  end(): void {
    this.#identity = undefined;
    this.#next.clear();
    this.#acknowledgedMs.clear();
  }

  async #begin(driver: KafkaDriver): Promise<Identity | undefined> {
    const { errorCode, producerId, epoch } = await driver.producerId();
    if (errorCode === 0) return { producerId, epoch };
    if (!refusals.has(errorCode)) throw protocolFailure("get a producer id", errorCode);
    this.#isIdempotent = false;
    this.#onRefused(protocolErrorName(errorCode));
    return undefined;
  }
}
