/**
 * Shows what passes.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Told of every answer and how long it took. It must not throw. */
export type DeliveryObserver<T> = (item: T, delivery: Delivery, elapsedMs: number) => void;

/** Options of {@linkcode withObserver}. */
export interface ObserverOptions {
  /** Source of time. Default: the machine's. */
  clock?: Clock;
}

/** Tells `observe` of each answer of `next` and passes it on. */
export function withObserver<T>(
  next: Sender<T>,
  observe: DeliveryObserver<T>,
  { clock = systemClock }: ObserverOptions = {},
): Sender<T> {
  return {
    async send(item, signal) {
      const start = clock.monotonic();
      const delivery = await attempt(next, item, signal);
      observe(item, delivery, clock.monotonic() - start);
      return delivery;
    },
  };
}
