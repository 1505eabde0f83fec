/** Senders for the tests of this folder. */
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;

/** An outcome that calls for another attempt. */
export const retryLater: Delivery = { status: "retry", reason: "down" };

/** A sender that returns the given outcomes in order, then the last one again, and records its items. */
export function scripted<T>(
  ...answers: (Delivery | Error)[]
): Sender<T> & { readonly items: T[] } {
  const items: T[] = [];
  return {
    items,
    send(item) {
      items.push(item);
      const answer = answers.length > 1 ? answers.shift()! : answers[0] ?? delivered;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

/** A sender whose outcomes the test gives, in any order; it ignores its signal. */
export function held<T>(): Sender<T> & {
  readonly items: T[];
  readonly signals: AbortSignal[];
  answer(index: number, delivery: Delivery): void;
} {
  const items: T[] = [];
  const signals: AbortSignal[] = [];
  const answers: ((delivery: Delivery) => void)[] = [];
  return {
    items,
    signals,
    answer: (index, delivery) => answers[index](delivery),
    send(item, signal) {
      items.push(item);
      signals.push(signal);
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      answers.push(resolve);
      return promise;
    },
  };
}
