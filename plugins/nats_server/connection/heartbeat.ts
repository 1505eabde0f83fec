/**
 * Pings of one connection: when the next is due, how many are unanswered, how long the last took.
 *
 * As in the reference, the first comes soon after CONNECT and measures the round trip; later ones go to
 * quiet clients only.
 *
 * @module
 */
import type { ServerContext } from "./server_context.ts";

/** What is to be done at a tick. */
export type Beat = "nothing" | "ping" | "stale";

/** Keeps the time of one connection's pings. */
export class Heartbeat {
  /** Round trip of the last answered ping, in milliseconds; -1 before the first. */
  roundTripMs = -1;
  readonly #context: ServerContext;
  #unanswered = 0;
  #sentMs = 0;
  #nextMs: number;
  #waiters: (() => void)[] = [];

  constructor(context: ServerContext) {
    this.#context = context;
    this.#nextMs = context.nowMs + context.limits.pingIntervalMs;
  }

  /** CONNECT was accepted: the first ping comes soon. */
  start(): void {
    this.#nextMs = this.#context.nowMs + this.#context.firstPingMs();
  }

  /** What is due now, for a client that was last active at `activeMs`. */
  due(nowMs: number, activeMs: number): Beat {
    if (nowMs < this.#nextMs) return "nothing";
    const { pingIntervalMs, maxPingsOut } = this.#context.limits;
    this.#nextMs = nowMs + pingIntervalMs;
    if (nowMs - activeMs < pingIntervalMs && this.roundTripMs >= 0) return "nothing";
    return this.#unanswered + 1 > maxPingsOut ? "stale" : "ping";
  }

  /** A ping leaves. */
  sent(): void {
    this.#unanswered++;
    this.#sentMs = this.#context.clock.monotonic();
  }

  /** PONG came. */
  answered(): void {
    if (this.#unanswered > 0) this.roundTripMs = this.#context.clock.monotonic() - this.#sentMs;
    this.#unanswered = 0;
    this.release();
  }

  /** Resolves at the next PONG, or when the connection ends. */
  nextAnswer(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets go of who waits for an answer. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
