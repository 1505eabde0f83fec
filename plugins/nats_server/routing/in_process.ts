/**
 * The in-process door: subscribers and publishers that live in the server's own process. They take part
 * in wildcards, queue groups and request/reply like any client, without a socket and without a copy.
 *
 * Flow control: a subscriber that is full calls `pause()`. A message on its way to it is then not taken
 * from the publisher's buffer; that publisher's socket is read no further until `resume()`. Nothing is
 * dropped. A message published *in process* is delivered all the same: its publisher is the same program,
 * can look at `paused` and cannot be made to wait in a synchronous call.
 *
 * @module
 */
import type { MessageView } from "../protocol/frame.ts";
import type { Router } from "./router.ts";
import type { Subscription } from "./subscription.ts";

/** Receives messages in process. It must not block; what it throws is logged and counted. */
export interface InProcessHandler {
  /** A message. The view and its bytes are valid only during the call. */
  onMessage(message: MessageView): void;
  /** Once after each read chunk (or in-process publish) that delivered something here. */
  onChunkEnd?(): void;
}

/** A subscription of this process. Disposing of it unsubscribes. */
export interface InProcessSubscription extends Disposable {
  /** Messages delivered so far. */
  readonly delivered: number;
  /** Whether it declared itself full. */
  readonly paused: boolean;
  /** Declares itself full: publishing sockets wait from the next message on. Idempotent. */
  pause(): void;
  /** Takes messages again. Idempotent. */
  resume(): void;
  /** Ends the subscription; publishers waiting for it go on. Idempotent. */
  unsubscribe(): void;
}

/** The handle given out for a local {@linkcode Subscription}. */
export class LocalSubscription implements InProcessSubscription {
  readonly #router: Router;
  readonly #subscription: Subscription;

  constructor(router: Router, subscription: Subscription) {
    this.#router = router;
    this.#subscription = subscription;
  }

  get delivered(): number {
    return this.#subscription.delivered;
  }

  get paused(): boolean {
    return this.#subscription.paused;
  }

  pause(): void {
    this.#router.pause(this.#subscription);
  }

  resume(): void {
    this.#router.resume(this.#subscription);
  }

  unsubscribe(): void {
    this.#router.remove(this.#subscription);
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }
}
