/**
 * The contract of the message bus, the same for the embedded and an outside NATS server.
 *
 * @module
 */
import { type Token, token } from "../../core/mod.ts";
import type { InProcessHandler, InProcessSubscription } from "../../plugins/nats_server/mod.ts";

/** Outcome of {@linkcode MessageBus.deliver}. */
export type BusDelivery = "confirmed" | "no_subscriber" | "unconfirmed";

/** The NATS subjects of the pod. */
export interface MessageBus {
  /** `embedded`: the agent's own server; `outside`: the server at `nats.url`. */
  readonly kind: "embedded" | "outside";
  /**
   * Receives messages from now on; from the embedded server without a copy. While the subscription is paused, the
   * embedded server applies back-pressure to the publishers. An outside server allows none, so messages are
   * buffered up to a limit and then dropped and counted by subject.
   */
  subscribe(subject: string, handler: InProcessHandler): InProcessSubscription;
  /**
   * Publishes one message.
   *
   * @throws {AgentError} `unavailable` or `nats_unreachable` while an outside server is not connected.
   */
  publish(subject: string, payload: Uint8Array): void;
  /**
   * Publishes one message and waits for the strongest confirmation that the server gives. `confirmed`: with the
   * embedded server, each client that got the message has read it, because it answered a PING that follows; with an
   * outside server, that server has it and a client is subscribed. `no_subscriber`: no client is subscribed.
   * `unconfirmed`: a client got the message and disconnected before it answered.
   *
   * @throws {AgentError} `unavailable` or `nats_unreachable` while an outside server is not connected.
   * @throws {RangeError} When the message is larger than the server accepts.
   */
  deliver(subject: string, payload: Uint8Array): Promise<BusDelivery>;
  /** Delivers what clients have sent so far, then accepts no more. Stops early when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>;
}

/** Key of {@linkcode MessageBus}. */
export const busToken: Token<MessageBus> = token("bus", { providedBy: "bus()" });
