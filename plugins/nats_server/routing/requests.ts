/**
 * Request/reply for this process: one wildcard subscription takes all answers.
 *
 * Bound: as many entries as there are requests waiting, each of which ends with its own time limit.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import { answerTimeoutError, noRespondersError, serverClosedError } from "../errors.ts";
import type { MessageView } from "../protocol/frame.ts";
import type { Router } from "./router.ts";
import { Subscription } from "./subscription.ts";

interface Waiting {
  readonly subject: string;
  resolve(payload: Uint8Array): void;
  reject(error: unknown): void;
}

/** The requests of one server that wait for an answer. */
export class LocalRequests {
  readonly #router: Router;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  #inbox: Subscription | null = null;
  #next = 1;
  #closed = false;

  constructor(router: Router, clock: Clock, id: string) {
    this.#router = router;
    this.#clock = clock;
    this.#prefix = `_INBOX.${id.slice(0, 22)}.`;
  }

  /** Sends one; see `NatsServer.request`. */
  async send(
    subject: string,
    payload: Uint8Array,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Uint8Array> {
    if (!(timeoutMs > 0)) throw new RangeError(`Cannot wait ${timeoutMs} ms: must be above 0`);
    signal?.throwIfAborted();
    if (this.#closed) throw serverClosedError(subject);
    this.#listen();
    const reply = `${this.#prefix}${this.#next++}`;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const onAbort = () => reject(signal!.reason);
    const onTimeout = () => reject(answerTimeoutError(subject, timeoutMs));
    using _ = this.#clock.timer(timeoutMs, onTimeout);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.set(reply, { subject, resolve, reject });
    try {
      if (!this.#router.publishLocal(subject, payload, reply, null)) {
        throw noRespondersError(subject);
      }
      return await promise;
    } finally {
      this.#waiting.delete(reply);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Rejects what waits and takes no more. Idempotent. */
  close(): void {
    this.#closed = true;
    if (this.#inbox !== null) this.#router.remove(this.#inbox);
    for (const { subject, reject } of this.#waiting.values()) reject(serverClosedError(subject));
  }

  #listen(): void {
    if (this.#inbox !== null) return;
    const handler = { onMessage: (message: MessageView) => this.#answer(message) };
    this.#inbox = new Subscription(`${this.#prefix}*`, null, "", null, handler);
    this.#router.add(this.#inbox);
  }

  #answer({ subject, buffer, start, end }: MessageView): void {
    this.#waiting.get(subject)?.resolve(buffer.slice(start, end));
  }
}
