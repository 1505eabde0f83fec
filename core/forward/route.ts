/**
 * The outermost stage of a route: it keeps the book.
 *
 * @module
 */
import type { Book, Books } from "../books/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** A sender with a book. */
export interface Route<T> extends Sender<T> {
  /** Counts of what was sent, by outcome. */
  readonly book: Book;
}

/** Options of {@linkcode createRoute}. */
export interface CreateRouteOptions<T> {
  /** The number of records in an item, for items that hold several. Default: 1 each. */
  count?: (item: T) => number;
}

/**
 * Opens the route `name` over `sender`. Each item is accepted when it is sent and settled, once, when its
 * outcome is known. No stage retries after this one, so an item whose outcome is `retry` is booked as dropped
 * for the reason given.
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
export function createRoute<T>(
  name: string,
  sender: Sender<T>,
  books: Books,
  { count = one }: CreateRouteOptions<T> = {},
): Route<T> {
  let inFlight = 0;
  const book = books.open(name, { inFlight: () => inFlight });
  return {
    book,
    async send(item, signal) {
      const records = count(item);
      book.accepted += records;
      inFlight += records;
      const delivery = await attempt(sender, item, signal);
      inFlight -= records;
      settle(book, delivery, records);
      return delivery;
    },
  };
}

/**
 * Books the final outcome of `count` records. For a route that accepts records one by one and sends them in
 * blocks; {@linkcode createRoute} does it for all others.
 *
 * @example
 * ```ts
 * import { delivered, settle } from "./mod.ts";
 * import { Books } from "../books/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const book = new Books().open("lines");
 * book.accepted += 3;
 * settle(book, delivered, 2);
 * settle(book, { status: "dropped", reason: "full" }, 1);
 * assert.deepEqual([book.delivered, book.dropped.get("full")], [2, 1]);
 * ```
 */
export function settle(book: Book, delivery: Delivery, count: number): void {
  if (delivery.status === "delivered") book.delivered += count;
  else if (delivery.status === "rejected") book.reject(delivery.reason, count);
  else book.drop(delivery.reason, count);
}

function one(): number {
  return 1;
}
