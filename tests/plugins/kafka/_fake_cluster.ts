import { AgentError } from "../../../core/errors/mod.ts";
import type { KafkaDriver, ProduceAnswer, ProduceRequest } from "../../../plugins/kafka/driver.ts";
import { kafkaErrors } from "../../../plugins/kafka/errors.ts";
import { decodeBatch, type DecodedBatch } from "./_decode_batch.ts";

/** A batch as the cluster got it. */
export interface ReceivedBatch extends DecodedBatch {
  readonly topic: string;
  readonly partition: number;
}

/**
 * How the cluster answers one request: an error number, a lost connection, that its replicas were too slow, or normally
 * for undefined.
 */
export type FakeAnswer = number | "lost" | "lost_after_write" | "late_replicas" | undefined;

/** Batches of a producer that a partition remembers, as brokers do. */
const rememberedBatches = 5;

/** A cluster in memory that recognises repeated batches as a broker does, and fails on demand. */
export class FakeCluster implements KafkaDriver {
  readonly name = "fake";
  readonly compressions = ["none", "gzip"] as const;
  /** Leaders of the partitions of each topic. */
  readonly leaders = new Map<string, number[]>();
  /** Values in each partition, by `topic/partition`. */
  readonly log = new Map<string, string[]>();
  /** Every batch that arrived, also those that were refused. */
  readonly received: ReceivedBatch[] = [];
  /** Answers of the next produce requests, in order. */
  readonly answers: FakeAnswer[] = [];
  /** Answer of the next requests for a producer id. */
  producerIdError = 0;
  /** Batches with more bytes are refused. */
  maxBatchBytes = Infinity;
  metadataRequests = 0;
  created: string[] = [];
  isClosed = false;
  /** When set, requests wait for it. */
  gate: Promise<void> | undefined;
  /** Produce requests that were not answered. */
  inFlight = 0;
  #nextProducerId = 1n;
  readonly #sequences = new Map<string, { next: number; last: number[] }>();

  constructor(leaders: Record<string, number[]> = { logs: [1] }) {
    for (const [topic, nodes] of Object.entries(leaders)) this.leaders.set(topic, nodes);
  }

  topic(name: string) {
    this.metadataRequests++;
    const leaders = this.leaders.get(name);
    return Promise.resolve({ errorCode: leaders ? 0 : 3, leaders: [...leaders ?? []] });
  }

  createTopic(name: string) {
    this.created.push(name);
    this.leaders.set(name, [1]);
    return Promise.resolve(0);
  }

  producerId() {
    const errorCode = this.producerIdError;
    if (errorCode !== 0) return Promise.resolve({ errorCode, producerId: -1n, epoch: -1 });
    return Promise.resolve({ errorCode, producerId: this.#nextProducerId++, epoch: 0 });
  }

  compress(_compression: string, bytes: Uint8Array) {
    return bytes.slice();
  }

  consume(): Promise<never> {
    throw new Error("the cluster in memory has no groups");
  }

  async produce(request: ProduceRequest): Promise<ProduceAnswer> {
    const batch = request.batch.slice();
    this.inFlight++;
    try {
      await this.gate;
      return this.#answer(request, batch);
    } finally {
      this.inFlight--;
    }
  }

  #answer(request: ProduceRequest, batch: Uint8Array): ProduceAnswer {
    const decoded = decodeBatch(batch);
    this.received.push({ ...decoded, topic: request.topic, partition: request.partition });
    const answer = this.answers.shift();
    if (answer === "lost") throw lost();
    if (typeof answer === "number") return { errorCode: answer, offset: -1n };
    if (batch.length > this.maxBatchBytes) return { errorCode: 10, offset: -1n };
    const errorCode = this.#append(request, decoded);
    if (answer === "lost_after_write") throw lost();
    if (answer === "late_replicas") return { errorCode: errorCode || 7, offset: -1n };
    return { errorCode, offset: 0n };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Values of a partition, in order. */
  values(topic = "logs", partition = 0): readonly string[] {
    return this.log.get(`${topic}/${partition}`) ?? [];
  }

  #append({ topic, partition }: ProduceRequest, batch: DecodedBatch): number {
    const key = `${topic}/${partition}`;
    if (batch.producerId >= 0n) {
      const id = `${key}/${batch.producerId}`;
      // A partition accepts any number from a producer that it does not know.
      const known = this.#sequences.get(id) ?? { next: batch.sequence, last: [] };
      if (known.last.includes(batch.sequence)) return 0;
      if (batch.sequence !== known.next) return 45;
      const next = known.next + batch.records.length;
      const last = [...known.last, batch.sequence].slice(-rememberedBatches);
      this.#sequences.set(id, { next, last });
    }
    const log = this.log.get(key) ?? [];
    this.log.set(key, log);
    log.push(...batch.records.map(({ value }) => value ?? ""));
    return 0;
  }
}

function lost(): AgentError {
  return new AgentError(kafkaErrors.kafka_unreachable, "Cannot write: connection closed");
}
