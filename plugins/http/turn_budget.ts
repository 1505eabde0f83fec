/**
 * Bounds how many requests are answered without letting the event loop go on to other work.
 *
 * The inner server hands over everything that has arrived at once. With hundreds of connections and pipelined requests
 * a turn of the event loop would take seconds, and probes and NATS clients would wait as long. So only a few requests
 * go on at once; the others wait, in order, for the next turn.
 *
 * @module
 */
import type { Clock } from "../../core/mod.ts";

/** Requests of one turn, and the time after which the next ones count as another turn. */
const requestsPerTurn = 32;
const turnMs = 5;

/** Lets a bounded number of requests go on in each turn of the event loop. */
export class TurnBudget {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #left = requestsPerTurn;
  #startedMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the request may go on; undefined when it may go on at once. */
  enter(): Promise<void> | undefined {
    const now = this.#clock.monotonic();
    if (now - this.#startedMs >= turnMs && this.#waiting.length === 0) {
      this.#startedMs = now;
      this.#left = requestsPerTurn;
    }
    if (this.#left > 0 && this.#waiting.length === 0) {
      this.#left--;
      return undefined;
    }
    if (this.#waiting.length === 0) this.#nextTurn();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Not a matter of time, hence not of the clock: the callback runs when the event loop has done its other work. */
  #nextTurn(): void {
    setTimeout(() => {
      for (const go of this.#waiting.splice(0, requestsPerTurn)) go();
      if (this.#waiting.length > 0) this.#nextTurn();
    }, 0);
  }
}
