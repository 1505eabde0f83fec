/**
 * All books of one agent: one per route, exported as metrics, and kept across restarts in a
 * {@linkcode BookStore}.
 *
 * @module
 */
import type { MetricFamily, Sample } from "../metrics/mod.ts";
import { Book, type BookOptions, type BookSnapshot } from "./book.ts";

/** Books of all routes, by route. */
export type BooksSnapshot = Readonly<Record<string, BookSnapshot>>;

/** Storage of books across restarts. */
export interface BookStore {
  /** Returns what was saved last; undefined when nothing was. */
  load(): Promise<BooksSnapshot | undefined>;
  /** Replaces what was saved, atomically. */
  save(books: BooksSnapshot): Promise<void>;
}

/** Books by route. */
export class Books implements Iterable<Book> {
  readonly #books = new Map<string, Book>();
  #previous: BooksSnapshot;

  /** Starts with empty books, or with those of the previous run. */
  constructor(previous: BooksSnapshot = {}) {
    this.#previous = previous;
  }

  /**
   * Opens the book of a route, with the counters of the previous run if there are any.
   *
   * @throws {TypeError} When the book of the route is already open.
   */
  open(route: string, options: BookOptions = {}): Book {
    if (this.#books.has(route)) {
      throw new TypeError(`Cannot open a book for route "${route}": it is already open`);
    }
    const book = new Book(route, options);
    const previous = this.#previous[route];
    if (previous !== undefined) book.restore(previous);
    this.#books.set(route, book);
    return book;
  }

  /** The open books in the order in which they were opened. */
  [Symbol.iterator](): Iterator<Book> {
    return this.#books.values();
  }

  /** All books, those of the previous run included that were not opened in this one. */
  snapshot(): BooksSnapshot {
    const snapshots = [...this.#books].map(([route, book]) => [route, book.snapshot()] as const);
    return { ...this.#previous, ...Object.fromEntries(snapshots) };
  }

  /**
   * The metric families of all open books. Their names begin with `prefix` and an underscore;
   * `<prefix>_unaccounted` must always be 0.
   */
  metrics(prefix: string): MetricFamily[] {
    const books = this.#books;
    function family(
      type: "counter" | "gauge",
      name: string,
      help: string,
      read: (book: Book) => number,
    ): MetricFamily {
      return {
        type,
        name: `${prefix}_${name}`,
        help,
        collect: () => [...books.values()].map((book) => sample(book, read(book))),
      };
    }
    function byReason(name: string, help: string, side: "rejected" | "dropped"): MetricFamily {
      return {
        type: "counter",
        name: `${prefix}_${name}`,
        help,
        collect: () => [...books.values()].flatMap((book) => samplesByReason(book, book[side])),
      };
    }
    return [
      family("counter", "accepted_total", "Items handed to a route.", (b) => b.accepted),
      family("counter", "delivered_total", "Items delivered.", (b) => b.delivered),
      family("gauge", "spooled", "Items in the spool.", (b) => b.spooled),
      family("gauge", "in_flight", "Items that a route holds.", (b) => b.inFlight),
      family(
        "gauge",
        "unaccounted",
        "Accepted items without an outcome that are not in flight: must be 0.",
        (b) => b.unaccounted,
      ),
      byReason("rejected_total", "Items refused by the destination, by reason.", "rejected"),
      byReason("dropped_total", "Items dropped by a route, by reason.", "dropped"),
    ];
  }
}

function sample(book: Book, value: number): Sample {
  return { labels: { route: book.route }, value };
}

function samplesByReason({ route }: Book, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([reason, value]) => ({ labels: { route, reason }, value }));
}
