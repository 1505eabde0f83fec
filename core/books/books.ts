/**
 * All books of one agent: opened once per route, shown as metrics, and kept from one life to the next
 * through a {@linkcode BookStore}.
 *
 * @module
 */
import type { MetricFamily, Sample } from "../metrics/mod.ts";
import { Book, type BookOptions, type BookSnapshot } from "./book.ts";

/** Books of all routes, by route. */
export type BooksSnapshot = Readonly<Record<string, BookSnapshot>>;

/** Where books are kept between two lives of the agent. */
export interface BookStore {
  /** What was saved last; undefined when nothing was. */
  load(): Promise<BooksSnapshot | undefined>;
  /** Replaces what was saved. All or nothing. */
  save(books: BooksSnapshot): Promise<void>;
}

/** Books by route. */
export class Books implements Iterable<Book> {
  readonly #books = new Map<string, Book>();
  #earlier: BooksSnapshot;

  /** Starts with empty books, or from those of an earlier life. */
  constructor(earlier: BooksSnapshot = {}) {
    this.#earlier = earlier;
  }

  /**
   * Opens the book of a route, carrying on from its earlier life if there was one.
   *
   * @throws {TypeError} When the route has a book already.
   */
  open(route: string, options: BookOptions = {}): Book {
    if (this.#books.has(route)) {
      throw new TypeError(`Cannot open a book for route "${route}": it has one`);
    }
    const book = new Book(route, options);
    const earlier = this.#earlier[route];
    if (earlier !== undefined) book.restore(earlier);
    this.#books.set(route, book);
    return book;
  }

  /** The books in the order they were opened. */
  [Symbol.iterator](): Iterator<Book> {
    return this.#books.values();
  }

  /** All books as they stand, also those of routes that have not been opened in this life. */
  snapshot(): BooksSnapshot {
    const snapshots = [...this.#books].map(([route, book]) => [route, book.snapshot()] as const);
    return { ...this.#earlier, ...Object.fromEntries(snapshots) };
  }

  /** The metric families of all books; `cim_route_unaccounted` must always be 0. */
  metrics(): MetricFamily[] {
    const books = this.#books;
    function family(
      name: string,
      help: string,
      type: "counter" | "gauge",
      read: (book: Book) => number,
    ): MetricFamily {
      return {
        type,
        name,
        help,
        collect: () => [...books.values()].map((book) => sample(book, read(book))),
      };
    }
    return [
      family("cim_route_accepted_total", "Items handed to a route.", "counter", (b) => b.accepted),
      family("cim_route_delivered_total", "Items delivered.", "counter", (b) => b.delivered),
      family("cim_route_spooled", "Items in the spool.", "gauge", (b) => b.spooled),
      family("cim_route_in_flight", "Items in the route's hands.", "gauge", (b) => b.inFlight),
      family(
        "cim_route_unaccounted",
        "Accepted items that nothing explains: must be 0.",
        "gauge",
        (b) => b.unaccounted,
      ),
      byReason("cim_route_rejected_total", "Items the destination refused.", books, "rejected"),
      byReason("cim_route_dropped_total", "Items a route gave up.", books, "dropped"),
    ];
  }
}

function sample(book: Book, value: number): Sample {
  return { labels: { route: book.route }, value };
}

function byReason(
  name: string,
  help: string,
  books: ReadonlyMap<string, Book>,
  side: "rejected" | "dropped",
): MetricFamily {
  return {
    type: "counter",
    name,
    help,
    collect: () =>
      [...books.values()].flatMap((book) =>
        [...book[side]].map(([reason, value]) => ({ labels: { route: book.route, reason }, value }))
      ),
  };
}
