/**
 * Holds and releases the publishers of log lines on behalf of several destinations.
 *
 * @module
 */
import { type Clock, systemClock } from "../../core/async/mod.ts";

/** What stops and starts the publishers, as a subscription of the NATS server does. */
export interface Gate {
  /** Stops the publishers. Idempotent. */
  pause(): void;
  /** Lets the publishers continue. Idempotent. */
  resume(): void;
}

/** Limit of a hold. */
export interface HoldLimit {
  /** Maximum time of the hold, in milliseconds. */
  readonly maxMs: number;
  /** Called once when the time has passed; the holder then has to release the gate. */
  readonly onLimit: () => void;
}

interface Hold {
  readonly endsAtMs: number;
  readonly onLimit: () => void;
  readonly timer: Disposable;
}

/** Longest hold while it is urgent that publishers continue, in milliseconds. */
const urgentMs = 400;

/** Pauses the gate while at least one holder needs it. */
export class PublisherGate {
  /** Times the publishers were paused. */
  pauses = 0;
  readonly #clock: Clock;
  readonly #holds = new Map<object, Hold>();
  #gate: Gate = openGate;
  #isUrgent = false;

  /** Holds nothing yet. */
  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Whether publishers are held now. */
  get isPaused(): boolean {
    return this.#holds.size > 0;
  }

  /** Uses `gate` from now on; pauses it if publishers are held. */
  attach(gate: Gate): void {
    this.#gate = gate;
    if (this.isPaused) gate.pause();
  }

  /**
   * Whether publishers should continue soon, because one of them has something to send that must not wait. While it is
   * true, each hold ends after 400 ms at most, those in progress included.
   */
  setUrgent(isUrgent: boolean): void {
    if (this.#isUrgent === isUrgent) return;
    this.#isUrgent = isUrgent;
    if (!isUrgent) return;
    const now = this.#clock.monotonic();
    for (const [holder, { endsAtMs, onLimit, timer }] of this.#holds) {
      if (endsAtMs - now <= urgentMs) continue;
      timer[Symbol.dispose]();
      this.#start(holder, urgentMs, onLimit);
    }
  }

  /** Holds the publishers until `holder` calls {@linkcode release}. Idempotent; the first limit applies. */
  hold(holder: object, { maxMs, onLimit }: HoldLimit): void {
    if (this.#holds.has(holder)) return;
    const isFirst = this.#holds.size === 0;
    this.#start(holder, this.#isUrgent ? Math.min(maxMs, urgentMs) : maxMs, onLimit);
    if (!isFirst) return;
    this.pauses++;
    this.#gate.pause();
  }

  /** Ends the hold of `holder`; publishers continue after the last one. Idempotent. */
  release(holder: object): void {
    const hold = this.#holds.get(holder);
    if (hold === undefined) return;
    hold.timer[Symbol.dispose]();
    this.#holds.delete(holder);
    if (this.#holds.size === 0) this.#gate.resume();
  }

  #start(holder: object, ms: number, onLimit: () => void): void {
    const endsAtMs = this.#clock.monotonic() + ms;
    this.#holds.set(holder, { endsAtMs, onLimit, timer: this.#clock.timer(ms, onLimit) });
  }
}

const openGate: Gate = Object.freeze({ pause() {}, resume() {} });
