/**
 * Where the product's messages come from and go to, whichever NATS server carries them.
 *
 * @module
 */
import { type Token, token } from "../../core/mod.ts";
import type { InProcessHandler, InProcessSubscription } from "../../plugins/nats_server/mod.ts";

/** The NATS subjects of the pod. */
export interface MessageBus {
  /** `embedded`: the agent's own server; `outside`: the one that `nats.url` names. */
  readonly kind: "embedded" | "outside";
  /**
   * Receives messages from now on, for the embedded server without a copy. While paused, an embedded
   * server holds back the publishers; an outside one cannot be held back, so messages are kept up to a
   * bound and then dropped, counted by subject.
   */
  subscribe(subject: string, handler: InProcessHandler): InProcessSubscription;
  /**
   * Publishes one message.
   *
   * @throws {AgentError} `unavailable` or `nats_unreachable` while an outside server is not connected.
   */
  publish(subject: string, payload: Uint8Array): void;
  /** Takes in what the clients have sent so far and then no more; gives up when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>;
}

/** Key of {@linkcode MessageBus}. */
export const busToken: Token<MessageBus> = token("bus");
