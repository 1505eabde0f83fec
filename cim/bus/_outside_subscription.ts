/*
 * A subscription at an outside server, with the interface of an in-process one. Each message of the client library
 * has its own bytes; the messages that arrive in one turn of the event loop count as one chunk.
 */
import type { NatsClient, NatsMessage } from "../../plugins/nats/mod.ts";
import type {
  InProcessHandler,
  InProcessSubscription,
  MessageView,
} from "../../plugins/nats_server/mod.ts";

/** Limits and counters shared by all subscriptions of one bus. */
export interface OutsideBacklog {
  /** Most bytes kept for all paused subscriptions together. */
  readonly maxBytes: number;
  /** Bytes kept now. */
  bytes: number;
  /** Messages dropped because the backlog was full, by subject of the subscription. */
  readonly dropped: Map<string, number>;
}

const decoder = new TextDecoder();

export class OutsideSubscription implements InProcessSubscription {
  readonly #subject: string;
  readonly #handler: InProcessHandler;
  readonly #shared: OutsideBacklog;
  #waiting: NatsMessage[] = [];
  #remote: Disposable | undefined;
  #isPaused = false;
  #isEnded = false;
  #isChunkOpen = false;
  #delivered = 0;

  constructor(subject: string, handler: InProcessHandler, shared: OutsideBacklog) {
    this.#subject = subject;
    this.#handler = handler;
    this.#shared = shared;
  }

  get delivered(): number {
    return this.#delivered;
  }

  get paused(): boolean {
    return this.#isPaused;
  }

  /** Subscribes at the server, unless the subscription has ended. */
  attach(client: NatsClient): void {
    if (this.#isEnded) return;
    this.#remote = client.subscribe(this.#subject, (message) => this.#receive(message));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    let taken = 0;
    while (taken < this.#waiting.length && !this.#isPaused && !this.#isEnded) {
      const message = this.#waiting[taken++];
      this.#shared.bytes -= message.data.length;
      this.#deliver(message);
    }
    this.#waiting.splice(0, taken);
  }

  unsubscribe(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#remote?.[Symbol.dispose]();
    for (const { data } of this.#waiting.splice(0)) {
      this.#shared.bytes -= data.length;
      this.#drop();
    }
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  #receive(message: NatsMessage): void {
    if (this.#isEnded) return;
    if (!this.#isPaused && this.#waiting.length === 0) return this.#deliver(message);
    if (this.#shared.bytes + message.data.length > this.#shared.maxBytes) return this.#drop();
    this.#shared.bytes += message.data.length;
    this.#waiting.push(message);
  }

  #deliver({ subject, reply, data }: NatsMessage): void {
    this.#delivered++;
    const view: MessageView = {
      buffer: data,
      start: 0,
      end: data.length,
      subject,
      reply,
      headerStart: 0,
      headerEnd: 0,
      text: () => decoder.decode(data),
      json: () => JSON.parse(decoder.decode(data)),
    };
    this.#handler.onMessage(view);
    if (this.#isChunkOpen || !this.#handler.onChunkEnd) return;
    this.#isChunkOpen = true;
    queueMicrotask(() => {
      this.#isChunkOpen = false;
      if (!this.#isEnded) this.#handler.onChunkEnd?.();
    });
  }

  #drop(): void {
    const { dropped } = this.#shared;
    dropped.set(this.#subject, (dropped.get(this.#subject) ?? 0) + 1);
  }
}
