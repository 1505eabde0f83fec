/**
 * Request/reply for this process. One wildcard subscription receives all replies.
 *
 * Bound: one entry per request in flight; each request ends at its own timeout.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import { noRespondersError, requestTimeoutError, serverClosedError } from "../errors.ts";
import type { MessageView } from "./message_view.ts";
import type { Router } from "./router.ts";
import { Subscription } from "./subscription.ts";

/** A request in flight. */
interface PendingRequest {
  readonly subject: string;
  resolve(payload: Uint8Array): void;
  reject(error: unknown): void;
}

/** Requests of this process that wait for their reply. */
export class LocalRequests {
  readonly #router: Router;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #pending = new Map<string, PendingRequest>();
  #inbox: Subscription | null = null;
  #nextId = 1;
  #isClosed = false;

  constructor(router: Router, clock: Clock, id: string) {
    this.#router = router;
    this.#clock = clock;
    this.#prefix = `_INBOX.${id.slice(0, 22)}.`;
  }

  /** Sends a request; see `NatsServer.request`. */
  async send(
    subject: string,
    payload: Uint8Array,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Uint8Array> {
    if (!(timeoutMs > 0)) {
      throw new RangeError(`Cannot wait ${timeoutMs} ms: the timeout must be above 0`);
    }
    signal?.throwIfAborted();
    if (this.#isClosed) throw serverClosedError(subject);
    this.#subscribe();
    const reply = `${this.#prefix}${this.#nextId++}`;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const onAbort = () => reject(signal!.reason);
    const onTimeout = () => reject(requestTimeoutError(subject, timeoutMs));
    using _ = this.#clock.timer(timeoutMs, onTimeout);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(reply, { subject, resolve, reject });
    try {
      if (!this.#router.publishLocal(subject, payload, reply, null)) {
        throw noRespondersError(subject);
      }
      return await promise;
    } finally {
      this.#pending.delete(reply);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Rejects all requests in flight and every later one. Idempotent. */
  close(): void {
    this.#isClosed = true;
    if (this.#inbox !== null) this.#router.remove(this.#inbox);
    for (const { subject, reject } of this.#pending.values()) reject(serverClosedError(subject));
  }

  #subscribe(): void {
    if (this.#inbox !== null) return;
    const handler = { onMessage: (message: MessageView) => this.#onReply(message) };
    this.#inbox = new Subscription(`${this.#prefix}*`, null, "", null, handler);
    this.#router.add(this.#inbox);
  }

  #onReply({ subject, buffer, start, end }: MessageView): void {
    this.#pending.get(subject)?.resolve(buffer.slice(start, end));
  }
}
