/**
 * The sender of one topic: the last stage of a route, which turns blocks of framed records into record batches and
 * writes them with acknowledgement of all in-sync replicas.
 *
 * One batch is in flight at a time, so records of a partition keep their order. Batches of records without key go to
 * the partitions in turn. A block may become several batches; what was acknowledged is remembered, so a block that is
 * passed again after a failure (one with the same bytes) continues where it failed. Another block makes the sender
 * forget the failed one.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { AgentError, errorCode } from "../../core/errors/mod.ts";
import { delivered, type Delivery, type Sender } from "../../core/forward/mod.ts";
import { ProducerSession } from "./_producer_session.ts";
import { BatchEncoder, type BatchRange, type Cursor } from "./_record_batch.ts";
import { type Compression, compressionCodes, type KafkaDriver, type TopicView } from "./driver.ts";
import {
  kafkaErrors,
  type ProduceVerdict,
  produceVerdict,
  protocolErrorName,
  protocolFailure,
} from "./errors.ts";
import { isWellFramed, type RecordBlock, type RecordFormat } from "./record_block.ts";
import type { KafkaStats } from "./stats.ts";
import type { TopicCache } from "./topic_cache.ts";

/** A record that Kafka will never accept. */
export interface RejectedRecord {
  /** `record_too_large` or `record_invalid`. */
  readonly reason: string;
  /** A copy of the record as it was framed, without its length. */
  readonly record: Uint8Array;
  /** The answer of Kafka. */
  readonly cause: unknown;
}

/** Options of {@linkcode KafkaApi.sender}. */
export interface TopicSenderOptions {
  /** Framing of the records. Default `value`. */
  readonly format?: RecordFormat;
  /**
   * Called with each record that Kafka refuses for good; it must not throw. The other records of its block are
   * delivered.
   */
  readonly onRejected: (rejected: RejectedRecord) => void;
}

/** Sends blocks to one topic. */
export interface KafkaSender extends Sender<RecordBlock> {
  /** Name of the topic. */
  readonly topic: string;
  /**
   * Writes the block. `delivered` means that each of its records is in the log of a partition or was passed to
   * `onRejected`. After `retry` pass a block with the same bytes next; it continues with the records that were not
   * acknowledged.
   */
  send(block: RecordBlock, signal: AbortSignal): Promise<Delivery>;
}

/** What a sender needs of its plugin. */
export interface TopicSenderContext {
  readonly driver: () => Promise<KafkaDriver>;
  readonly topics: TopicCache;
  readonly stats: KafkaStats;
  readonly clock: Clock;
  readonly compression: Compression;
  readonly isIdempotent: boolean;
  readonly maxBatchBytes: number;
  /** Time that a broker may wait for its replicas. */
  readonly acknowledgeTimeoutMs: number;
  /** Called when the cluster grants no identity to an idempotent producer. */
  readonly onIdempotenceRefused: (topic: string, reason: string) => void;
}

/** Batches without error after which a lowered limit of the batch size is doubled. */
const raiseAfterBatches = 64;

/** A batch that was sent. */
interface UncertainBatch {
  readonly records: number;
  readonly partition: number;
  /** Whether it may be in the log, because the answer of an attempt was lost. */
  maybeWritten: boolean;
}

/** The records of a block for one partition, or for any. */
interface Part {
  /** The partition that the keys of its records decide; undefined when each batch goes to the next partition. */
  readonly keyed: number | undefined;
  cursor: Cursor;
  /** A batch whose outcome is unknown: it must be repeated exactly. */
  uncertain: UncertainBatch | undefined;
  /** Records of the next batch, when a larger one was refused. */
  maxRecords: number;
}

/** A block that is being sent. */
interface Job {
  readonly block: RecordBlock;
  parts: Part[] | undefined;
}

const blockStart: Cursor = Object.freeze({ at: 0, index: 0 });

/** Sends blocks to one topic. */
export class TopicSender implements KafkaSender {
  readonly topic: string;
  readonly #context: TopicSenderContext;
  readonly #format: RecordFormat;
  readonly #onRejected: (rejected: RejectedRecord) => void;
  readonly #encoder: BatchEncoder;
  readonly #session: ProducerSession;
  #job: Job | undefined;
  /** The attempt that runs. It may outlive the call that started it, when the signal of that call aborted. */
  #attempt: Promise<Delivery | undefined> | undefined;
  #tail: Promise<void> = Promise.resolve();
  #nextPartition = 0;
  #maxBatchBytes: number;
  #batchesSinceLowered = 0;
  #isClosed = false;

  constructor(topic: string, context: TopicSenderContext, options: TopicSenderOptions) {
    this.topic = topic;
    this.#context = context;
    this.#format = options.format ?? "value";
    this.#onRejected = options.onRejected;
    this.#encoder = new BatchEncoder(this.#format);
    this.#maxBatchBytes = context.maxBatchBytes;
    this.#session = new ProducerSession(
      context.isIdempotent,
      (reason) => context.onIdempotenceRefused(topic, reason),
    );
  }

  async send(block: RecordBlock, signal: AbortSignal): Promise<Delivery> {
    const turn = this.#tail;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#tail = turn.then(() => promise);
    try {
      if (!await settles(turn, signal)) return abortedOutcome;
      return await this.#send(block, signal);
    } finally {
      done();
    }
  }

  /** Refuses further blocks. */
  close(): void {
    this.#isClosed = true;
  }

  async #send(block: RecordBlock, signal: AbortSignal): Promise<Delivery> {
    if (!this.#job || !this.#encoder.holds(block.data)) {
      const problem = await this.#begin(block, signal);
      if (problem) return problem;
    }
    const job = this.#job!;
    while (!isDone(job)) {
      if (this.#isClosed) return { status: "retry", reason: "closed" };
      this.#attempt ??= this.#sendBatch(job).finally(() => this.#attempt = undefined);
      const attempt = this.#attempt;
      if (!await settles(attempt, signal)) return abortedOutcome;
      const failure = await attempt;
      if (failure) return failure;
    }
    this.#job = undefined;
    this.#encoder.unload();
    return delivered;
  }

  /** Makes `block` the current job; an earlier one is given up. */
  async #begin(block: RecordBlock, signal: AbortSignal): Promise<Delivery | undefined> {
    if (signal.aborted) return abortedOutcome;
    if (!isWellFramed(block, this.#format)) {
      const cause = new AgentError(
        kafkaErrors.kafka_block_malformed,
        `Cannot send ${block.records} records to topic ${this.topic}: the block of ${block.data.length} bytes is ` +
          `not framed as "${this.#format}"; it was damaged or written for another format`,
      );
      return { status: "rejected", reason: cause.code, cause };
    }
    // Its outcome decides whether the session can be kept.
    if (this.#attempt && !await settles(this.#attempt, signal)) return abortedOutcome;
    if (this.#job?.parts?.some(({ uncertain }) => uncertain)) this.#session.end();
    this.#job = { block, parts: undefined };
    this.#encoder.load(block, this.#context.maxBatchBytes);
    return undefined;
  }

  /** Sends the next batch of the job. Returns the outcome when the job cannot go on now. Does not reject. */
  async #sendBatch(job: Job): Promise<Delivery | undefined> {
    const { topics, stats } = this.#context;
    try {
      const view = await topics.get(this.topic);
      job.parts ??= this.#partsOf(job.block, view);
      const part = job.parts.find(({ cursor }) => cursor.at < job.block.data.length)!;
      const partition = this.#choosePartition(part, view);
      if (partition === undefined) return this.#retry("leader_not_available");
      return await this.#sendPart(part, partition, view.leaders[partition]);
    } catch (cause) {
      topics.forget(this.topic);
      const reason = errorCode(cause) ?? "failed";
      stats.failed(this.topic, reason);
      return { status: "retry", reason, cause };
    }
  }

  async #sendPart(part: Part, partition: number, node: number): Promise<Delivery | undefined> {
    const { driver: open, clock, compression, acknowledgeTimeoutMs, stats } = this.#context;
    const range = this.#encoder.fill(part.cursor, {
      maxBytes: this.#maxBatchBytes,
      maxRecords: part.uncertain?.records ?? part.maxRecords,
      ...part.keyed !== undefined && { partition: part.keyed },
    });
    if (range === undefined) {
      // Only records of other partitions are left.
      part.cursor = { at: Infinity, index: Infinity };
      return undefined;
    }
    const driver = await open();
    const origin = await this.#session.origin(driver, partition);
    const compressed = compression === "none"
      ? undefined
      : await driver.compress(compression, this.#encoder.recordBytes);
    const batch = this.#encoder.seal(range, origin, clock.now(), {
      codec: compressionCodes[compression],
      compressed,
    });
    const bytes = batch.length;
    const startMs = clock.monotonic();
    const maybeWritten = part.uncertain?.maybeWritten ?? false;
    // Without an identity the broker does not recognise what it may have already.
    if (maybeWritten && origin.producerId < 0n) stats.maybeRepeated(this.topic, range.records);
    const sent = { records: range.records, partition, maybeWritten };
    part.uncertain = sent;
    try {
      const { errorCode: code } = await driver.produce({
        node,
        topic: this.topic,
        partition,
        batch,
        timeoutMs: acknowledgeTimeoutMs,
      });
      const verdict = produceVerdict(code);
      if (verdict === "written") {
        stats.written(this.topic, range.records, bytes, clock.monotonic() - startMs);
      } else {
        stats.requestFailed(this.topic, protocolErrorName(code));
      }
      return this.#apply(verdict, code, part, range, partition);
    } catch (cause) {
      sent.maybeWritten = true;
      this.#context.topics.forget(this.topic);
      const reason = errorCode(cause) ?? "failed";
      stats.requestFailed(this.topic, reason);
      return { status: "retry", reason, cause };
    }
  }

  /** Applies the answer to a batch. */
  #apply(
    verdict: ProduceVerdict,
    code: number,
    part: Part,
    range: BatchRange,
    partition: number,
  ): Delivery | undefined {
    switch (verdict) {
      case "written":
        this.#session.acknowledge(partition, range.records);
        this.#raiseLimit();
        this.#advance(part, range);
        return undefined;
      case "too_large":
      case "invalid":
        // Nothing of the batch was written, so its sequence number is free again.
        part.uncertain = undefined;
        if (range.records === 1) this.#reject(part, range, verdict, code);
        else this.#shrink(part, range, verdict);
        return undefined;
      case "new_producer":
        if (part.uncertain?.maybeWritten) {
          this.#context.stats.maybeRepeated(this.topic, range.records);
        }
        part.uncertain = undefined;
        this.#session.end();
        return this.#retry(protocolErrorName(code), code);
      case "retry":
        return this.#retry(protocolErrorName(code), code);
    }
  }

  #reject(part: Part, range: BatchRange, verdict: ProduceVerdict, code: number): void {
    const reason = verdict === "too_large" ? "record_too_large" : "record_invalid";
    this.#context.stats.rejected(this.topic, reason, 1);
    this.#onRejected({
      reason,
      record: this.#encoder.record(range.first),
      cause: protocolFailure(`write a record to topic ${this.topic}`, code),
    });
    this.#advance(part, range);
  }

  /** Halves the batch, to find the record that is refused. */
  #shrink(part: Part, range: BatchRange, verdict: ProduceVerdict): void {
    part.maxRecords = range.records >> 1;
    if (verdict !== "too_large") return;
    this.#maxBatchBytes = Math.max(1_024, range.bytes >> 1);
    this.#batchesSinceLowered = 0;
  }

  /** Raises a lowered limit step by step: one very large record must not leave small batches for ever. */
  #raiseLimit(): void {
    const { maxBatchBytes } = this.#context;
    if (this.#maxBatchBytes === maxBatchBytes) return;
    if (++this.#batchesSinceLowered < raiseAfterBatches) return;
    this.#batchesSinceLowered = 0;
    this.#maxBatchBytes = Math.min(maxBatchBytes, 2 * this.#maxBatchBytes);
  }

  #advance(part: Part, { to, records }: BatchRange): void {
    part.cursor = to;
    part.uncertain = undefined;
    // After a search for a refused record: twice as many each time.
    part.maxRecords = 2 * Math.max(records, part.maxRecords);
  }

  #partsOf(block: RecordBlock, { leaders }: TopicView): Part[] {
    const part = (keyed: number | undefined): Part => ({
      keyed,
      cursor: blockStart,
      uncertain: undefined,
      maxRecords: Infinity,
    });
    if (this.#format === "value") return [part(undefined)];
    const keyless = this.#nextPartition++ % leaders.length;
    return [...this.#encoder.assign(block.records, leaders.length, keyless)].map(part);
  }

  /** The partition of the next batch; undefined when it has no leader now. */
  #choosePartition(part: Part, { leaders }: TopicView): number | undefined {
    if (part.uncertain && part.uncertain.partition >= leaders.length) {
      // The topic was replaced by one with fewer partitions: the batch cannot be repeated where it was sent.
      part.uncertain = undefined;
      this.#session.end();
    }
    const fixed = part.uncertain?.partition ?? part.keyed;
    if (fixed !== undefined) {
      const partition = fixed % leaders.length;
      return leaders[partition] >= 0 ? partition : undefined;
    }
    for (let tried = 0; tried < leaders.length; tried++) {
      const partition = this.#nextPartition++ % leaders.length;
      if (leaders[partition] >= 0) return partition;
    }
    return undefined;
  }

  #retry(reason: string, code?: number): Delivery {
    this.#context.topics.forget(this.topic);
    if (code === undefined) return { status: "retry", reason };
    return {
      status: "retry",
      reason,
      cause: protocolFailure(`write to topic ${this.topic}`, code),
    };
  }
}

const abortedOutcome: Delivery = Object.freeze({ status: "retry", reason: "aborted" });

function isDone({ block, parts }: Job): boolean {
  if (block.records === 0) return true;
  return parts !== undefined && parts.every(({ cursor }) => cursor.at >= block.data.length);
}

/** Waits for a promise that does not reject; false when the signal aborts first. */
async function settles(pending: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const { promise: aborted, resolve } = Promise.withResolvers<false>();
  const onAbort = () => resolve(false);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([pending.then(() => true), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
