/**
 * The outermost stage: it keeps the book.
 *
 * @module
 */
import type { Book, Books } from "../books/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** A sender with a book. */
export interface Route<T> extends Sender<T> {
  /** What became of everything that was sent. */
  readonly book: Book;
}

/**
 * Opens the route `name` over `sender`. Every item is accepted when it is sent and settled when it is
 * answered; an item whose last answer is `retry` is dropped for the reason given, since nobody tries again
 * after the outermost stage.
 *
 * @example
 * ```ts
 * import { createRoute, delivered, type Sender, withRetry } from "./mod.ts";
 * import { Books } from "../books/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const printer: Sender<string> = { send: (text) => Promise.resolve(text ? delivered : nothing) };
 * const nothing = { status: "rejected", reason: "empty" } as const;
 * const route = createRoute("printer", withRetry(printer, { attempts: 3 }), new Books());
 * await route.send("hello", AbortSignal.timeout(1_000));
 * await route.send("", AbortSignal.timeout(1_000));
 * assert.deepEqual([route.book.delivered, route.book.rejected.get("empty")], [1, 1]);
 * ```
 */
export function createRoute<T>(name: string, sender: Sender<T>, books: Books): Route<T> {
  let inFlight = 0;
  const book = books.open(name, { inFlight: () => inFlight });
  return {
    book,
    async send(item, signal) {
      book.accepted++;
      inFlight++;
      const delivery = await attempt(sender, item, signal);
      inFlight--;
      settle(book, delivery);
      return delivery;
    },
  };
}

function settle(book: Book, delivery: Delivery): void {
  if (delivery.status === "delivered") book.delivered++;
  else if (delivery.status === "rejected") book.reject(delivery.reason);
  else book.drop(delivery.reason);
}
