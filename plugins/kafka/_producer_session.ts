/**
 * Identity and sequence numbers of an idempotent producer. With them a broker recognises a batch that it already has,
 * so that repeating one whose answer was lost adds no duplicate.
 *
 * Invariant: a sequence number is used for one batch only. Repeating a batch uses its number again; when the outcome of
 * a batch is unknown and it will not be repeated, the session ends, and a new identity begins with number 0.
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

  /** Calls `onRefused` when the cluster grants no identity; batches then have none. */
  constructor(isIdempotent: boolean, onRefused: (reason: string) => void) {
    this.#isIdempotent = isIdempotent;
    this.#onRefused = onRefused;
  }

  /** Identity and sequence number for the next batch of a partition. @throws {AgentError} When it gets no identity. */
  async origin(driver: KafkaDriver, partition: number): Promise<BatchOrigin> {
    if (!this.#isIdempotent) return anonymous;
    this.#identity ??= await this.#begin(driver);
    if (this.#identity === undefined) return anonymous;
    return { ...this.#identity, sequence: this.#next.get(partition) ?? 0 };
  }

  /** Advances the number of a partition after its batch was acknowledged. */
  acknowledge(partition: number, records: number): void {
    this.#next.set(partition, ((this.#next.get(partition) ?? 0) + records) % sequences);
  }

  /** Ends the identity; the next batch gets a new one. */
  end(): void {
    this.#identity = undefined;
    this.#next.clear();
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
