/*
 * A subscription at an outside server, with the face of an in-process one. The client library hands over
 * each message with bytes of its own; all that arrive in one turn of the event loop count as one chunk.
 */
import type { NatsClient, NatsMessage } from "../../plugins/nats/mod.ts";
import type {
  InProcessHandler,
  InProcessSubscription,
  MessageView,
} from "../../plugins/nats_server/mod.ts";

/** Bounds and counters that all subscriptions of one bus share. */
export interface OutsideBacklog {
  /** Bytes kept at most for paused subscriptions, all together. */
  readonly maxBytes: number;
  /** Bytes kept now. */
  bytes: number;
  /** Messages dropped because the backlog was full, by subscribed subject. */
  readonly dropped: Map<string, number>;
}

export class OutsideSubscription implements InProcessSubscription {
  readonly #subject: string;
  readonly #handler: InProcessHandler;
  readonly #shared: OutsideBacklog;
  #waiting: NatsMessage[] = [];
  #remote: Disposable | undefined;
  #paused = false;
  #ended = false;
  #chunkOpen = false;
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
    return this.#paused;
  }

  /** Subscribes at the server; a subscription that was ended before never does. */
  attach(client: NatsClient): void {
    if (this.#ended) return;
    this.#remote = client.subscribe(this.#subject, (message) => this.#receive(message));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    let taken = 0;
    while (taken < this.#waiting.length && !this.#paused && !this.#ended) {
      const message = this.#waiting[taken++];
      this.#shared.bytes -= message.data.length;
      this.#deliver(message);
    }
    this.#waiting.splice(0, taken);
  }

  unsubscribe(): void {
    if (this.#ended) return;
    this.#ended = true;
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
    if (this.#ended) return;
    if (!this.#paused && this.#waiting.length === 0) return this.#deliver(message);
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
    };
    this.#handler.onMessage(view);
    if (this.#chunkOpen || !this.#handler.onChunkEnd) return;
    this.#chunkOpen = true;
    queueMicrotask(() => {
      this.#chunkOpen = false;
      if (!this.#ended) this.#handler.onChunkEnd?.();
    });
  }

  #drop(): void {
    const { dropped } = this.#shared;
    dropped.set(this.#subject, (dropped.get(this.#subject) ?? 0) + 1);
  }
}
