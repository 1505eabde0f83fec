/**
 * A publisher of numbered messages that asks for a receipt of each, and knows which of them may be lost.
 *
 * A batch is sent again when its connection is lost before the server has confirmed it, so cut connections lose nothing.
 * A message that was not acknowledged when the agent was killed may be lost, and no other one.
 *
 * @module
 */
import { deadline } from "../../core/async/mod.ts";
import { AgentError } from "../../core/mod.ts";
import { connectNats, type NatsClient } from "../../plugins/nats/mod.ts";
import type { NumberedMessage, Oracle } from "../faults/_oracle.ts";

/** Options of {@linkcode Publisher}. */
export interface PublisherOptions {
  readonly url: string;
  readonly subject: string;
  /** Numbers the messages. */
  readonly oracle: Oracle;
  /** Encodes a message. */
  readonly encode: (message: NumberedMessage) => Uint8Array;
  readonly messagesPerSecond: number;
  /** Maximum number of messages. Default: no maximum. */
  readonly maxMessages?: number;
}

const batchMs = 50;
const reconnectMs = 50;
/** Publishers are held for less than this, in milliseconds. */
const patienceMs = 120_000;

/** Publishes until it is stopped. */
export class Publisher implements AsyncDisposable {
  readonly oracle: Oracle;
  /** Batches that were sent again. */
  resent = 0;
  /** Messages that were refused, by reason. */
  readonly refused = new Map<string, number>();
  readonly #options: PublisherOptions;
  readonly #reply: string;
  readonly #stop = new AbortController();
  /** Aborts when a batch is not sent again any more. */
  readonly #giveUp = new AbortController();
  readonly #running: Promise<void>;
  /** Numbers that may be lost: from the first to below the second. */
  readonly #atRisk: (readonly [from: number, to: number])[] = [];
  #nats: NatsClient | undefined;
  #acked = -1;

  /** Begins at once. */
  constructor(options: PublisherOptions) {
    this.#options = options;
    this.oracle = options.oracle;
    this.#reply = `soak.${options.subject}`;
    this.#running = this.#run();
    // Awaited when it is stopped.
    this.#running.catch(() => {});
  }

  /** Greatest number that was acknowledged. Receipts come in the order of the messages, so all below it are safe. */
  get acked(): number {
    return this.#acked;
  }

  /** To be called when the agent is killed. */
  agentKilled(): void {
    this.#atRisk.push([this.#acked + 1, this.oracle.sent]);
  }

  /** Whether a message may be lost. */
  isAtRisk(number: number): boolean {
    return this.#atRisk.some(([from, to]) => number >= from && number < to);
  }

  /** How many messages may be lost. */
  get atRisk(): number {
    return this.#atRisk.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** Ends after the batch that is being sent has been confirmed; rejects when publishing failed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Sends some messages more, after {@linkcode Publisher.stop}. */
  async sendMore(count: number): Promise<void> {
    await this.#send(Array.from({ length: count }, () => this.oracle.next()));
    await this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#giveUp.abort();
    await this.#close();
    await this.#running.catch(() => {}); // `stop` reports it.
    await this.#close();
  }

  async #run(): Promise<void> {
    const { messagesPerSecond, maxMessages = Infinity } = this.#options;
    const perBatch = Math.ceil(messagesPerSecond * batchMs / 1_000);
    const { signal } = this.#stop;
    let dueMs = performance.now();
    while (!signal.aborted && this.oracle.sent < maxMessages) {
      await this.#send(Array.from({ length: perBatch }, () => this.oracle.next()));
      const now = performance.now();
      // After a pause the messages of that time are not made up for.
      dueMs = Math.max(dueMs + batchMs, now);
      await new Promise((resolve) => setTimeout(resolve, dueMs - now));
    }
  }

  /** Sends a batch, again until a server has confirmed it. */
  async #send(batch: readonly NumberedMessage[]): Promise<void> {
    const { subject, encode } = this.#options;
    for (;;) {
      try {
        const nats = this.#nats ??= await this.#connect();
        for (const message of batch) {
          nats.publish(subject, encode(message), { reply: `${this.#reply}.${message.number}` });
        }
        await deadline(() => nats.flush(), patienceMs, { action: `publish on ${subject}` });
        return;
      } catch (error) {
        if (!(error instanceof AgentError) || error.code === "deadline_exceeded") throw error;
        this.#giveUp.signal.throwIfAborted();
        this.resent++;
        await this.#close();
        await new Promise((resolve) => setTimeout(resolve, reconnectMs));
      }
    }
  }

  async #connect(): Promise<NatsClient> {
    const nats = await connectNats(this.#options.url);
    nats.subscribe(`${this.#reply}.*`, ({ subject, data }) => {
      const answer = new TextDecoder().decode(data);
      if (answer.startsWith("+ACK ")) {
        const number = Number(subject.slice(this.#reply.length + 1));
        this.#acked = Math.max(this.#acked, number);
      } else {
        const reason = answer.replace("-ERR ", "");
        this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
      }
    });
    return nats;
  }

  async #close(): Promise<void> {
    const nats = this.#nats;
    this.#nats = undefined;
    await nats?.close();
  }
}
