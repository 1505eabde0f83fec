/**
 * Collects items and sends them together.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Options of {@linkcode withBatch}. */
export interface BatchOptions {
  /** Maximum items in a batch, at least 1. Default 500. */
  maxItems?: number;
  /** How long the first item of a batch waits for more, 0 or more. Default `"100ms"`. */
  linger?: Duration;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
}

interface Batch<T> {
  readonly items: T[];
  readonly linger: Disposable;
  readonly outcome: Promise<Delivery>;
  start(): void;
}

/**
 * Sends the items that arrive within `linger` as one list, in order; each item gets the outcome of its
 * batch. The signal of a batch aborts when the signals of all its items have aborted. The number of waiting
 * batches is bounded by the stage in front (a queue).
 */
export function withBatch<T>(next: Sender<readonly T[]>, options: BatchOptions = {}): Sender<T> {
  const { maxItems = 500, linger = "100ms", clock = systemClock } = options;
  const lingerMs = milliseconds(linger, "linger");
  if (!(maxItems >= 1)) throw new RangeError(`Cannot batch ${maxItems} items: must be at least 1`);
  let filling: Batch<T> | undefined;

  function open(): Batch<T> {
    const items: T[] = [];
    const signals: AbortSignal[] = [];
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    const controller = new AbortController();
    const batch: Batch<T> & { join(signal: AbortSignal): void } = {
      items,
      outcome: promise,
      linger: clock.timer(lingerMs, () => batch.start()),
      join(signal) {
        signals.push(signal);
        const check = () => {
          if (signals.every(({ aborted }) => aborted)) controller.abort(signal.reason);
        };
        signal.addEventListener("abort", check, { once: true });
        promise.then(() => signal.removeEventListener("abort", check));
        check();
      },
      start() {
        if (filling === batch) filling = undefined;
        batch.linger[Symbol.dispose]();
        resolve(attempt(next, items, controller.signal));
      },
    };
    return batch;
  }

  return {
    send(item, signal) {
      const batch = (filling ??= open()) as Batch<T> & { join(signal: AbortSignal): void };
      batch.items.push(item);
      batch.join(signal);
      if (batch.items.length >= maxItems) batch.start();
      return batch.outcome;
    },
  };
}
