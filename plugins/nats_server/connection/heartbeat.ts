/**
 * Pings of one connection: when the next one is due, how many are unanswered, and the last round trip.
 *
 * The rules are those of nats-server 2.12. The time from accepting the connection to CONNECT is the first estimate of
 * the round trip. The first ping follows soon after CONNECT. A later ping is sent when the client has sent nothing for
 * one interval, or when the round trip was not measured for an hour. So a client that publishes and never reads is
 * not disconnected as stale.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { NatsLimits } from "../options.ts";

/** What to do at a check. */
export type Beat = "nothing" | "ping" | "stale";

/** After this time the round trip of an active client is measured again. */
const roundTripIntervalMs = 3_600_000;

/** What {@linkcode Heartbeat} needs of the server. */
export interface HeartbeatContext {
  readonly clock: Clock;
  /** Current limits. */
  readonly limits: Pick<NatsLimits, "pingIntervalMs" | "maxPingsOut">;
  /** Delay of the first ping after CONNECT, with jitter. */
  firstPingMs(): number;
}

/** Ping state of one connection. */
export class Heartbeat {
  /** Last known round trip in milliseconds; -1 before CONNECT. */
  roundTripMs = -1;
  /** When the next check is due, in monotonic milliseconds. */
  dueMs: number;
  readonly #context: HeartbeatContext;
  readonly #acceptedMs: number;
  #unanswered = 0;
  #sentMs = -Infinity;
  /** PINGs sent, and PONGs received for them, since the start: PONGs come in the order of the PINGs. */
  #sent = 0;
  #answered = 0;
  #waiters: { readonly at: number; readonly settle: (isAnswered: boolean) => void }[] = [];

  constructor(context: HeartbeatContext) {
    this.#context = context;
    this.#acceptedMs = context.clock.monotonic();
    this.dueMs = this.#acceptedMs + context.limits.pingIntervalMs;
  }

  /** Called when CONNECT was accepted: estimates the round trip and schedules the first ping. */
  start(): void {
    const nowMs = this.#context.clock.monotonic();
    if (this.roundTripMs < 0) this.roundTripMs = nowMs - this.#acceptedMs;
    this.dueMs = nowMs + this.#context.firstPingMs();
  }

  /** What is due now for a client whose last input arrived at `lastInputMs`. Schedules the next check. */
  check(nowMs: number, lastInputMs: number): Beat {
    if (nowMs < this.dueMs) return "nothing";
    const { pingIntervalMs, maxPingsOut } = this.#context.limits;
    this.dueMs = nowMs + pingIntervalMs;
    const isMeasured = nowMs - this.#sentMs <= roundTripIntervalMs;
    if (isMeasured && nowMs - lastInputMs < pingIntervalMs) return "nothing";
    return this.#unanswered + 1 > maxPingsOut ? "stale" : "ping";
  }

  /** Called when a PING is sent. */
  sent(): void {
    this.#unanswered++;
    this.#sent++;
    this.#sentMs = this.#context.clock.monotonic();
  }

  /** Called when a PONG arrives. */
  answered(): void {
    if (this.#unanswered > 0) this.roundTripMs = this.#context.clock.monotonic() - this.#sentMs;
    this.#unanswered = 0;
    // A PONG that no PING asked for answers nothing.
    if (this.#answered < this.#sent) this.#answered++;
    while (this.#waiters.length > 0 && this.#waiters[0].at <= this.#answered) {
      this.#waiters.shift()!.settle(true);
    }
  }

  /**
   * Resolves with true when the last PING sent so far is answered, and with false when the connection ends before.
   * Call it after {@linkcode Heartbeat.sent}.
   */
  answer(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiters.push({ at: this.#sent, settle: resolve });
    return promise;
  }

  /** Called when the connection ends: resolves all promises. */
  release(): void {
    for (const { settle } of this.#waiters.splice(0)) settle(false);
  }
}
