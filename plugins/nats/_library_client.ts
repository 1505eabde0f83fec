/**
 * {@linkcode NatsClient} on top of the library's connection.
 *
 * @module
 */
import { natsErrors } from "./errors.ts";
import { AgentError, coreErrors, describeError } from "../../core/mod.ts";
import type * as Library from "./_library.ts";
import type {
  NatsClient,
  NatsConnectionState,
  NatsMessage,
  NatsRequestOptions,
  NatsSubscribeOptions,
} from "./client.ts";

export class LibraryClient implements NatsClient {
  readonly #connection: Library.NatsConnection;
  readonly #library: typeof Library;
  readonly #onState: (state: NatsConnectionState, reason: string) => void;
  readonly #watching: Promise<void>;
  /** End the flushes that wait. The library leaves them pending when the connection is closed. */
  readonly #flushes = new Set<(reason: unknown) => void>();
  #state: NatsConnectionState = "connected";
  #reconnects = 0;

  constructor(
    connection: Library.NatsConnection,
    library: typeof Library,
    onState: (state: NatsConnectionState, reason: string) => void = () => {},
  ) {
    this.#connection = connection;
    this.#library = library;
    this.#onState = onState;
    this.#watching = this.#watch();
  }

  get state(): NatsConnectionState {
    return this.#state;
  }

  get server(): string {
    return this.#connection.getServer();
  }

  get reconnects(): number {
    return this.#reconnects;
  }

  publish(subject: string, data: Uint8Array, { reply }: { reply?: string } = {}): void {
    this.#checkConnected(`publish to "${subject}"`);
    this.#connection.publish(subject, data, reply === undefined ? undefined : { reply });
  }

  async deliver(subject: string, data: Uint8Array): Promise<boolean> {
    this.#checkConnected(`publish to "${subject}"`);
    const { max_payload: maxBytes = Infinity } = this.#connection.info ?? {};
    if (data.length > maxBytes) {
      throw new RangeError(`Cannot publish ${data.length} bytes: the server takes ${maxBytes}`);
    }
    const reply = this.#library.createInbox();
    let hasSubscriber = true;
    // The server sends its report before it answers the flush.
    const reports = this.#connection.subscribe(reply, {
      callback: (_error, message) => {
        if (message.headers?.code === 503) hasSubscriber = false;
      },
    });
    try {
      this.#connection.publish(subject, data, { reply });
      await this.flush();
      return hasSubscriber;
    } finally {
      if (!reports.isClosed()) reports.unsubscribe();
    }
  }

  subscribe(
    subject: string,
    onMessage: (message: NatsMessage) => void,
    { queue, maxMessages }: NatsSubscribeOptions = {},
  ): Disposable {
    const subscription = this.#connection.subscribe(subject, {
      queue,
      max: maxMessages,
      callback: (error, message) => {
        if (error) return this.#onState(this.#state, describeError(error));
        try {
          onMessage(received(message));
        } catch (thrown) {
          this.#onState(this.#state, `subscriber of "${subject}" threw: ${describeError(thrown)}`);
        }
      },
    });
    return {
      [Symbol.dispose]: () => {
        if (!subscription.isClosed()) subscription.unsubscribe();
      },
    };
  }

  async request(
    subject: string,
    data: Uint8Array,
    { timeoutMs = 2_000 }: NatsRequestOptions = {},
  ): Promise<NatsMessage> {
    const action = `request "${subject}"`;
    this.#checkConnected(action);
    try {
      return received(await this.#connection.request(subject, data, { timeout: timeoutMs }));
    } catch (cause) {
      const silent = cause instanceof this.#library.NatsError &&
        (cause.code === "503" || cause.code === "TIMEOUT");
      throw this.#failure(silent ? "nats_no_answer" : "nats_unreachable", action, cause);
    }
  }

  async flush(): Promise<void> {
    this.#checkConnected("flush");
    const { promise: closed, reject } = Promise.withResolvers<never>();
    this.#flushes.add(reject);
    try {
      await Promise.race([this.#connection.flush(), closed]);
    } catch (cause) {
      throw this.#failure("nats_unreachable", "flush", cause);
    } finally {
      this.#flushes.delete(reject);
    }
  }

  async drain(): Promise<void> {
    if (this.#state === "connected" && !this.#connection.isDraining()) {
      try {
        await this.#connection.drain();
      } catch (cause) {
        if (!this.#connection.isClosed()) throw this.#failure("nats_unreachable", "drain", cause);
      }
    }
    await this.close();
  }

  async close(): Promise<void> {
    await this.#connection.close();
    await this.#watching;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Tracks the state until the connection is closed. The library never ends its status iterator, so `closed` does. */
  async #watch(): Promise<void> {
    const { Events } = this.#library;
    const closed = this.#connection.closed();
    const statuses = this.#connection.status()[Symbol.asyncIterator]();
    while (true) {
      const next = await Promise.race([statuses.next(), closed.then(() => undefined)]);
      if (!next || next.done) break;
      const { type, data } = next.value;
      if (type === Events.Disconnect) this.#enter("disconnected", `lost ${data}`);
      else if (type === Events.Reconnect) {
        this.#reconnects++;
        this.#enter("connected", `reconnected to ${data}`);
      } else if (type === Events.Error) this.#onState(this.#state, String(data));
    }
    const error = await closed;
    for (const reject of this.#flushes) reject(error ?? new Error("the connection was closed"));
    this.#enter("closed", error ? describeError(error) : "closed");
  }

  #enter(state: NatsConnectionState, reason: string): void {
    this.#state = state;
    this.#onState(state, reason);
  }

  #checkConnected(action: string): void {
    if (this.#state === "connected" && !this.#connection.isClosed()) return;
    throw new AgentError(
      this.#state === "closed" || this.#connection.isClosed()
        ? coreErrors.closed
        : natsErrors.nats_unreachable,
      `Cannot ${action}: the connection to NATS server ${this.server} is ${
        this.#state === "connected" ? "closed" : this.#state
      }`,
    );
  }

  #failure(code: "nats_no_answer" | "nats_unreachable", action: string, cause: unknown) {
    return new AgentError(
      natsErrors[code],
      `Cannot ${action} on NATS server ${this.server}: ${describeError(cause)}`,
      { cause },
    );
  }
}

function received({ subject, reply = "", data }: Library.Msg): NatsMessage {
  return { subject, reply, data };
}
