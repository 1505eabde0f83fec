/**
 * The in-process API: subscribers in the server's own process. They take part in wildcards, queue groups and
 * request/reply like any client, without sockets and without copies.
 *
 * Back-pressure: a subscriber that is full calls `pause()`. A message for it then stays in the publisher's read
 * buffer, and that publisher's socket is not read until `resume()`. Nothing is dropped. A message published *in
 * process* is still delivered: a synchronous call cannot wait, and the caller can check `paused` itself.
 *
 * @module
 */
import type { Router } from "./router.ts";
import type { Subscription } from "./subscription.ts";

/** A subscription of this process. Disposing of it unsubscribes. */
export interface InProcessSubscription extends Disposable {
  /** Messages delivered so far. */
  readonly delivered: number;
  /** Whether the delivery is paused. */
  readonly paused: boolean;
  /** Stops reading from publishers of this subject, beginning with the next message. Idempotent. */
  pause(): void;
  /** Continues the delivery. Idempotent. */
  resume(): void;
  /** Ends the subscription; publishers that wait for it continue. Idempotent. */
  unsubscribe(): void;
}

/** Handle of an in-process {@linkcode Subscription}. */
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
    return this.#subscription.isPaused;
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
