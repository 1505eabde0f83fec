/**
 * The interface of a NATS connection.
 *
 * @module
 */

/** A received message. Its bytes belong to the receiver. */
export interface NatsMessage {
  /** Subject it was published on. */
  readonly subject: string;
  /** Reply subject; "" when the publisher expects no reply. */
  readonly reply: string;
  /** Payload. */
  readonly data: Uint8Array;
}

/** State of a connection. A disconnected one reconnects automatically until it is closed. */
export type NatsConnectionState = "connected" | "disconnected" | "closed";

/** Options of {@linkcode NatsClient.subscribe}. */
export interface NatsSubscribeOptions {
  /** Queue group: each message is delivered to one member. Default: none; every subscriber gets the message. */
  queue?: string;
  /** Number of messages after which the subscription ends. Default: no limit. */
  maxMessages?: number;
}

/** Options of {@linkcode NatsClient.request}. */
export interface NatsRequestOptions {
  /** Time limit for the reply in milliseconds. Default 2,000. */
  timeoutMs?: number;
}

/**
 * A connection to a NATS server. Subscriptions survive a reconnect. A message published while the connection breaks
 * may be lost; only a completed {@linkcode flush} confirms that the server has it.
 */
export interface NatsClient extends AsyncDisposable {
  /** State of the connection. */
  readonly state: NatsConnectionState;
  /** The connected server as `host:port`. */
  readonly server: string;
  /** Number of reconnections. */
  readonly reconnects: number;
  /**
   * Publishes one message.
   *
   * @throws {AgentError} `nats_unreachable` while disconnected.
   */
  publish(subject: string, data: Uint8Array, options?: { reply?: string }): void;
  /**
   * Publishes one message and resolves when the server has it, with whether anyone was subscribed. The message has a
   * reply subject, because a server reports missing subscribers to that.
   *
   * @throws {AgentError} `nats_unreachable` while disconnected.
   * @throws {RangeError} When the server refuses messages of this size.
   */
  deliver(subject: string, data: Uint8Array): Promise<boolean>;
  /** Calls `onMessage` for each message until it is disposed. An error that it throws is reported to `onState`. */
  subscribe(
    subject: string,
    onMessage: (message: NatsMessage) => void,
    options?: NatsSubscribeOptions,
  ): Disposable;
  /**
   * Publishes and waits for one reply.
   *
   * @throws {AgentError} `nats_no_answer` when there is no subscriber or no reply in time, `nats_unreachable`
   * while disconnected.
   */
  request(
    subject: string,
    data: Uint8Array,
    options?: NatsRequestOptions,
  ): Promise<NatsMessage>;
  /** Resolves when the server has received everything published before. */
  flush(): Promise<void>;
  /** Ends all subscriptions, handles the received messages, flushes, then closes. Idempotent. */
  drain(): Promise<void>;
  /** Closes immediately. Idempotent. */
  close(): Promise<void>;
}
