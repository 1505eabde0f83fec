/**
 * Pings of one connection: when the next one is due, how many are unanswered, and the last round trip.
 *
 * As in nats-server, the first ping follows soon after CONNECT and measures the round trip; later ones are sent to
 * idle clients only.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { NatsLimits } from "../options.ts";

/** What to do at a tick. */
export type Beat = "nothing" | "ping" | "stale";

/** What {@linkcode Heartbeat} needs of the server. */
export interface HeartbeatContext {
  readonly clock: Clock;
  /** Coarse monotonic time in milliseconds. */
  readonly nowMs: number;
  /** Current limits. */
  readonly limits: Pick<NatsLimits, "pingIntervalMs" | "maxPingsOut">;
  /** Delay of the first ping after CONNECT, with jitter. */
  firstPingMs(): number;
}

/** Ping state of one connection. */
export class Heartbeat {
  /** Round trip of the last answered ping in milliseconds; -1 before the first. */
  roundTripMs = -1;
  readonly #context: HeartbeatContext;
  #unanswered = 0;
  #sentMs = 0;
  #nextMs: number;
  #waiters: (() => void)[] = [];

  constructor(context: HeartbeatContext) {
    this.#context = context;
    this.#nextMs = context.nowMs + context.limits.pingIntervalMs;
  }

  /** Schedules the first ping. Called when CONNECT was accepted. */
  start(): void {
    this.#nextMs = this.#context.nowMs + this.#context.firstPingMs();
  }

  /** What is due now for a client that was last active at `activeMs`. */
  due(nowMs: number, activeMs: number): Beat {
    if (nowMs < this.#nextMs) return "nothing";
    const { pingIntervalMs, maxPingsOut } = this.#context.limits;
    this.#nextMs = nowMs + pingIntervalMs;
    if (nowMs - activeMs < pingIntervalMs && this.roundTripMs >= 0) return "nothing";
    return this.#unanswered + 1 > maxPingsOut ? "stale" : "ping";
  }

  /** Called when a PING is sent. */
  sent(): void {
    this.#unanswered++;
    this.#sentMs = this.#context.clock.monotonic();
  }

  /** Called when a PONG arrives. */
  answered(): void {
    if (this.#unanswered > 0) this.roundTripMs = this.#context.clock.monotonic() - this.#sentMs;
    this.#unanswered = 0;
    this.release();
  }

  /** Resolves at the next PONG, or when the connection ends. */
  nextAnswer(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Resolves all promises of `nextAnswer`. */
  release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
