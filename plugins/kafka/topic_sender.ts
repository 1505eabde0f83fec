/**
 * The sender of one topic: the last stage of a route, which turns blocks of framed records into record batches and
 * writes them with acknowledgement of all in-sync replicas.
 *
 * With an identity up to five batches are in flight, as many as a broker remembers to recognise repeated ones; without
 * it one for each partition. So records of a partition keep their order. Batches of records without key go to
 * the partitions in turn. Blocks may become several batches; what was acknowledged is remembered, so blocks that are
 * passed again after a failure (with the same bytes) continue where they failed. Other blocks make the sender forget
 * the failed ones.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { AgentError, errorCode } from "../../core/errors/mod.ts";
import { delivered, type Delivery } from "../../core/forward/mod.ts";
import { ProducerSession } from "./_producer_session.ts";
import { BatchEncoder, type BatchRange } from "./_record_batch.ts";
import {
  advance,
  type FailedBatch,
  forgetRepeated,
  isSentAlone,
  type Job,
  judge,
  type Piece,
  type SentBatch,
  wholePiece,
} from "./_send_job.ts";
import type { KafkaSender, RejectedRecord, TopicSenderOptions } from "./api.ts";
import { type Compression, compressionCodes, type KafkaDriver, type TopicView } from "./driver.ts";
import { kafkaErrors, produceVerdict, protocolErrorName, protocolFailure } from "./errors.ts";
import { longestFrame, type RecordBlock, type RecordFormat } from "./record_block.ts";
import type { KafkaStats } from "./stats.ts";
import type { TopicCache } from "./topic_cache.ts";

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

/** Batches in flight at most: a broker remembers the last five of a producer in a partition. */
const maxInFlight = 5;

/** A batch whose answer is awaited. */
interface Flight {
  readonly batch: SentBatch;
  /** Undefined when it is written. Does not reject. */
  readonly failure: Promise<FailedBatch | undefined>;
}

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

  async send(
    blocks: RecordBlock | readonly RecordBlock[],
    signal: AbortSignal,
  ): Promise<Delivery> {
    const turn = this.#tail;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#tail = turn.then(() => promise);
    try {
      if (!await settles(turn, signal)) return abortedOutcome;
      return await this.#send("data" in blocks ? [blocks] : blocks, signal);
    } finally {
      done();
    }
  }

  /** Refuses further blocks. */
  close(): void {
    this.#isClosed = true;
  }

  async #send(blocks: readonly RecordBlock[], signal: AbortSignal): Promise<Delivery> {
    if (!this.#job || !this.#encoder.holds(blocks)) {
      const problem = await this.#begin(blocks, signal);
      if (problem) return problem;
    }
    const job = this.#job!;
    while (this.#attempt !== undefined || job.pieces?.length !== 0) {
      if (this.#isClosed) return { status: "retry", reason: "closed" };
      this.#attempt ??= this.#sendBatches(job, signal).finally(() => this.#attempt = undefined);
      const attempt = this.#attempt;
      if (!await settles(attempt, signal)) return abortedOutcome;
      const failure = await attempt;
      if (failure) return failure;
    }
    this.#job = undefined;
    this.#encoder.unload();
    return delivered;
  }

  /** Makes `blocks` the current job; an earlier one is given up. */
  async #begin(
    blocks: readonly RecordBlock[],
    signal: AbortSignal,
  ): Promise<Delivery | undefined> {
    if (signal.aborted) return abortedOutcome;
    let [longest, records, bytes] = [0, 0, 0];
    for (const block of blocks) {
      const length = longestFrame(block, this.#format);
      if (length === undefined) return this.#malformed(block);
      longest = Math.max(longest, length);
      records += block.records;
      bytes += block.data.length;
    }
    // Its outcome decides whether the session can be kept.
    if (this.#attempt && !await settles(this.#attempt, signal)) return abortedOutcome;
    if (this.#job?.pieces?.some(({ repeated }) => repeated)) this.#session.end();
    this.#job = { records, bytes, pieces: records === 0 ? [] : undefined };
    this.#encoder.load(blocks, this.#context.maxBatchBytes, longest);
    return undefined;
  }

  #malformed({ records, data }: RecordBlock): Delivery {
    const cause = new AgentError(
      kafkaErrors.kafka_block_malformed,
      `Cannot send ${records} records to topic ${this.topic}: the block of ${data.length} bytes is ` +
        `not framed as "${this.#format}"; it was damaged or written for another format`,
    );
    return { status: "rejected", reason: cause.code, cause };
  }

  /**
   * Sends batches until nothing of the job is left, one fails or `signal` aborts, and waits until none is in flight.
   * Returns the outcome when the job cannot go on now. Does not reject.
   */
  async #sendBatches(job: Job, signal: AbortSignal): Promise<Delivery | undefined> {
    const flights: Flight[] = [];
    let problem: Delivery | undefined;
    while (true) {
      problem ??= await this.#start(job, flights, signal);
      const [oldest] = flights;
      if (oldest === undefined) return problem;
      if (await oldest.failure === undefined) flights.shift();
      else problem = await this.#failed(job, flights) ?? problem;
    }
  }

  /** Sends as many batches as may be in flight. Returns the outcome when the job cannot go on now. */
  async #start(
    job: Job,
    flights: Flight[],
    signal: AbortSignal,
  ): Promise<Delivery | undefined> {
    const { topics, stats } = this.#context;
    try {
      const view = await topics.get(this.topic);
      const pieces = job.pieces ??= this.#piecesOf(job, view);
      while (pieces.length > 0 && flights.length < maxInFlight) {
        if (signal.aborted || this.#isClosed) return undefined;
        const [piece] = pieces;
        const partition = this.#choosePartition(piece, view);
        if (partition === undefined) return this.#retry("leader_not_available");
        if (flights.length > 0 && !this.#mayJoin(piece, partition, flights)) return undefined;
        if (piece.repeated && partition !== piece.sentTo) {
          // The topic was replaced by one with fewer partitions: no batch can be repeated where it was sent.
          this.#session.end();
          forgetRepeated(pieces);
          continue;
        }
        const flight = await this.#sendBatch(piece, partition, view.leaders[partition]);
        if (flight !== undefined) flights.push(flight);
        if (flight === undefined || !advance(piece, flight.batch.range)) pieces.shift();
      }
      return undefined;
    } catch (cause) {
      topics.forget(this.topic);
      const reason = errorCode(cause) ?? "failed";
      stats.failed(this.topic, reason);
      return { status: "retry", reason, cause };
    }
  }

  #mayJoin(piece: Piece, partition: number, flights: readonly Flight[]): boolean {
    if (isSentAlone(piece) || flights[0].batch.isAlone) return false;
    if (this.#session.maySendAhead(partition, this.#context.clock.monotonic())) return true;
    return !flights.some(({ batch }) => batch.partition === partition);
  }

  /** Sends the next batch of a piece; undefined when the piece has no record. */
  async #sendBatch(piece: Piece, partition: number, node: number): Promise<Flight | undefined> {
    const { driver: open, clock, compression, stats } = this.#context;
    const { repeated, keyed, end } = piece;
    const range = this.#encoder.fill(piece.from, {
      maxBytes: repeated === undefined ? this.#maxBatchBytes : Infinity,
      maxRecords: piece.maxRecords,
      end,
      ...keyed !== undefined && { partition: keyed },
    });
    if (range === undefined) return undefined;
    const driver = await open();
    const compressed = compression === "none"
      ? undefined
      : await driver.compress(compression, this.#encoder.recordBytes);
    const origin = await this.#session.origin(
      driver,
      partition,
      range.records,
      repeated?.sequence,
    );
    const batch = this.#encoder.seal(range, origin, clock.now(), {
      codec: compressionCodes[compression],
      compressed,
    });
    const maybeWritten = repeated?.maybeWritten ?? false;
    // Without an identity the broker does not recognise what it may have already.
    if (maybeWritten && origin.producerId < 0n) stats.maybeRepeated(this.topic, range.records);
    const { sequence } = origin;
    const isAlone = isSentAlone(piece);
    const sent = { keyed, isAlone, range, partition, sequence, maybeWritten };
    if (keyed === undefined && !isAlone) this.#nextPartition = partition + 1;
    return { batch: sent, failure: this.#produce(driver, node, batch, sent) };
  }

  /** Returns the failure; undefined when the batch is written. */
  async #produce(
    driver: KafkaDriver,
    node: number,
    batch: Uint8Array,
    sent: SentBatch,
  ): Promise<FailedBatch | undefined> {
    const { topics, stats, clock, acknowledgeTimeoutMs: timeoutMs } = this.#context;
    const { partition, range: { records } } = sent;
    const bytes = batch.length;
    const startMs = clock.monotonic();
    try {
      const request = { node, topic: this.topic, partition, batch, timeoutMs };
      const { errorCode: code } = await driver.produce(request);
      const verdict = produceVerdict(code);
      if (verdict !== "written") {
        const reason = protocolErrorName(code);
        stats.requestFailed(this.topic, reason);
        const cause = protocolFailure(`write to topic ${this.topic}`, code);
        return { ...sent, verdict, reason, cause };
      }
      const nowMs = clock.monotonic();
      stats.written(this.topic, records, bytes, nowMs - startMs);
      this.#session.acknowledge(partition, nowMs);
      this.#raiseLimit();
      return undefined;
    } catch (cause) {
      topics.forget(this.topic);
      const reason = errorCode(cause) ?? "failed";
      stats.requestFailed(this.topic, reason);
      return { ...sent, verdict: "retry", maybeWritten: true, reason, cause };
    }
  }

  /**
   * Waits for all batches in flight after one failed, and puts back what is sent again. Returns the outcome when that
   * needs another attempt; undefined when it can go on at once.
   */
  async #failed(job: Job, flights: Flight[]): Promise<Delivery | undefined> {
    const outcomes = await Promise.all(flights.splice(0).map(({ failure }) => failure));
    const failed = outcomes.filter((outcome) => outcome !== undefined);
    const { again, refused, pausedBy, isSessionOver, maybeRepeated } = judge(failed);
    const pieces = job.pieces!;
    let uncertain = maybeRepeated;
    for (const batch of refused) {
      this.#session.takeBack(batch.partition, batch.sequence);
      uncertain += forgetRepeated(pieces, batch.partition);
      if (batch.range.records === 1) this.#reject(batch);
      else if (batch.verdict === "too_large") this.#lowerLimit(batch.range);
    }
    if (isSessionOver) {
      this.#session.end();
      uncertain += forgetRepeated(pieces);
    }
    if (uncertain > 0) this.#context.stats.maybeRepeated(this.topic, uncertain);
    pieces.unshift(...again);
    return pausedBy && this.#retry(pausedBy.reason, pausedBy.cause);
  }

  #reject({ verdict, range, cause }: FailedBatch): void {
    const reason = verdict === "too_large" ? "record_too_large" : "record_invalid";
    this.#context.stats.rejected(this.topic, reason, 1);
    this.#onRejected({ reason, record: this.#encoder.record(range.first), cause });
  }

  #lowerLimit(range: BatchRange): void {
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

  #piecesOf({ records, bytes }: Job, { leaders }: TopicView): Piece[] {
    if (this.#format === "value") return [wholePiece(undefined, bytes)];
    const keyless = this.#nextPartition++ % leaders.length;
    const partitions = this.#encoder.assign(records, leaders.length, keyless);
    return [...partitions].map((partition) => wholePiece(partition, bytes));
  }

  /** The partition of the next batch; undefined when it has no leader now. */
  #choosePartition({ sentTo, keyed }: Piece, { leaders }: TopicView): number | undefined {
    const fixed = sentTo ?? keyed;
    if (fixed !== undefined) {
      const partition = fixed % leaders.length;
      return leaders[partition] >= 0 ? partition : undefined;
    }
    for (let tried = 0; tried < leaders.length; tried++) {
      const partition = (this.#nextPartition + tried) % leaders.length;
      if (leaders[partition] >= 0) return partition;
    }
    return undefined;
  }

  #retry(reason: string, cause?: unknown): Delivery {
    this.#context.topics.forget(this.topic);
    return { status: "retry", reason, ...cause !== undefined && { cause } };
  }
}

const abortedOutcome: Delivery = Object.freeze({ status: "retry", reason: "aborted" });

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
