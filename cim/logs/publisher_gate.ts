/**
 * Holds and releases the publishers of log lines on behalf of several destinations.
 *
 * @module
 */

/** What stops and starts the publishers, as a subscription of the NATS server does. */
export interface Gate {
  /** Stops the publishers. Idempotent. */
  pause(): void;
  /** Lets the publishers continue. Idempotent. */
  resume(): void;
}

/** Pauses the gate while at least one holder needs it. */
export class PublisherGate {
  /** Times the publishers were paused. */
  pauses = 0;
  readonly #holders = new Set<object>();
  #gate: Gate = openGate;

  /** Whether publishers are held now. */
  get isPaused(): boolean {
    return this.#holders.size > 0;
  }

  /** Uses `gate` from now on; pauses it if publishers are held. */
  attach(gate: Gate): void {
    this.#gate = gate;
    if (this.isPaused) gate.pause();
  }

  /** Holds the publishers until `holder` calls {@linkcode release}. Idempotent. */
  hold(holder: object): void {
    const isFirst = this.#holders.size === 0;
    this.#holders.add(holder);
    if (!isFirst) return;
    this.pauses++;
    this.#gate.pause();
  }

  /** Ends the hold of `holder`; publishers continue after the last one. Idempotent. */
  release(holder: object): void {
    if (this.#holders.delete(holder) && this.#holders.size === 0) this.#gate.resume();
  }
}

const openGate: Gate = Object.freeze({ pause() {}, resume() {} });
