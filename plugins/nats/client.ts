/**
 * What the rest of the program sees of a NATS connection.
 *
 * @module
 */

/** A message as it was received. Its bytes belong to the receiver. */
export interface NatsMessage {
  /** Subject it was published on. */
  readonly subject: string;
  /** Subject for an answer; empty when none is wanted. */
  readonly reply: string;
  /** Its payload. */
  readonly data: Uint8Array;
}

/** Where a connection stands. It reconnects by itself until it is closed. */
export type NatsConnectionState = "connected" | "disconnected" | "closed";

/** Options of {@linkcode NatsClient.subscribe}. */
export interface NatsSubscribeOptions {
  /** Queue group: each message goes to one member. Default: none, to every subscriber. */
  queue?: string;
  /** Ends the subscription after this many messages. Default: no limit. */
  maxMessages?: number;
}

/** Options of {@linkcode NatsClient.request}. */
export interface NatsRequestOptions {
  /** Longest wait for the answer in milliseconds. Default 2,000. */
  timeoutMs?: number;
}

/**
 * A connection to a NATS server. Subscriptions survive a reconnect. What was handed to
 * {@linkcode publish} in the moment the connection is lost may be lost with it; only
 * {@linkcode flush} confirms.
 */
export interface NatsClient extends AsyncDisposable {
  /** Where the connection stands. */
  readonly state: NatsConnectionState;
  /** The server spoken to, as `host:port`. */
  readonly server: string;
  /** Connections made after the first one. */
  readonly reconnects: number;
  /**
   * Publishes one message.
   *
   * @throws {AgentError} `nats_unreachable` while there is no connection: nothing is dropped silently.
   */
  publish(subject: string, data: Uint8Array, options?: { reply?: string }): void;
  /** Calls back for each message; disposing ends it. What the callback throws becomes a state reason. */
  subscribe(
    subject: string,
    onMessage: (message: NatsMessage) => void,
    options?: NatsSubscribeOptions,
  ): Disposable;
  /**
   * Publishes and waits for one answer.
   *
   * @throws {AgentError} `nats_no_answer` when nobody subscribes or the time is up, `nats_unreachable`
   * while there is no connection.
   */
  request(
    subject: string,
    data: Uint8Array,
    options?: NatsRequestOptions,
  ): Promise<NatsMessage>;
  /** Resolves when the server has taken everything published before. */
  flush(): Promise<void>;
  /** Takes no new messages, works off those received, flushes, then closes. Idempotent. */
  drain(): Promise<void>;
  /** Closes at once. Idempotent. */
  close(): Promise<void>;
}
