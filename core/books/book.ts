/**
 * One route's bookkeeping. The law: whatever a route accepted is delivered, spooled, rejected, dropped, or
 * still in flight. The last is told by the route itself, from what it holds, so that the difference,
 * {@linkcode Book.unaccounted}, is a check and not a definition: it must be 0 whenever it is looked at.
 *
 * @module
 */

/** What a book holds, as it is stored. */
export interface BookSnapshot {
  /** Items handed to the route. */
  readonly accepted: number;
  /** Items that arrived. */
  readonly delivered: number;
  /** Items in the spool. */
  readonly spooled: number;
  /** Items in the route's hands when the snapshot was taken. */
  readonly inFlight: number;
  /** Items refused by the destination, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Items given up by the route, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Options of {@linkcode Book}. */
export interface BookOptions {
  /** Items in the route's hands now, counted by the route. Default: none. */
  inFlight?: () => number;
}

/** Reasons a book keeps apart; what comes beyond is counted as `other`. */
const maxReasons = 32;

/**
 * Counts what becomes of the items of one route, in plain numbers: the hot path adds to them directly.
 *
 * @example
 * ```ts
 * import { Book } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const book = new Book("logs");
 * book.accepted += 3;
 * book.delivered += 2;
 * book.drop("malformed");
 * assert.equal(book.unaccounted, 0);
 * ```
 */
export class Book {
  /** Name of the route. */
  readonly route: string;
  /** Items handed to the route. */
  accepted = 0;
  /** Items that arrived where they should. */
  delivered = 0;
  /** Items that lie in the route's spool. */
  spooled = 0;
  readonly #rejected = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  #inFlight: () => number;

  /** Opens an empty book. */
  constructor(route: string, { inFlight = () => 0 }: BookOptions = {}) {
    if (!/^[a-z][a-z0-9_]*$/.test(route)) {
      throw new TypeError(`Cannot open a book for route "${route}": a name is a-z, 0-9 and _`);
    }
    this.route = route;
    this.#inFlight = inFlight;
  }

  /** Counts items that the destination refused for good. */
  reject(reason: string, count = 1): void {
    add(this.#rejected, reason, count);
  }

  /** Counts items that the route gave up. */
  drop(reason: string, count = 1): void {
    add(this.#dropped, reason, count);
  }

  /** Items refused by the destination, by reason. */
  get rejected(): ReadonlyMap<string, number> {
    return this.#rejected;
  }

  /** Items given up by the route, by reason. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  /** Items in the route's hands now. */
  get inFlight(): number {
    return this.#inFlight();
  }

  /** What the law leaves unexplained: 0, or there is a bug. */
  get unaccounted(): number {
    const settled = this.delivered + this.spooled + sum(this.#rejected) + sum(this.#dropped);
    return this.accepted - settled - this.inFlight;
  }

  /** The book as it stands. */
  snapshot(): BookSnapshot {
    return {
      accepted: this.accepted,
      delivered: this.delivered,
      spooled: this.spooled,
      inFlight: this.inFlight,
      rejected: Object.fromEntries(this.#rejected),
      dropped: Object.fromEntries(this.#dropped),
    };
  }

  /**
   * Carries on from an earlier life, whose numbers are added. What was in flight then went down with it
   * and is dropped for the reason `lost_in_crash`, except for what the route `recovered` and has in flight
   * again.
   */
  restore(earlier: BookSnapshot, recovered = 0): void {
    this.accepted += earlier.accepted;
    this.delivered += earlier.delivered;
    this.spooled += earlier.spooled;
    for (const [reason, count] of Object.entries(earlier.rejected)) this.reject(reason, count);
    for (const [reason, count] of Object.entries(earlier.dropped)) this.drop(reason, count);
    const lost = earlier.inFlight - recovered;
    if (lost > 0) this.drop("lost_in_crash", lost);
  }
}

function add(counts: Map<string, number>, reason: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`Cannot count ${count} items as "${reason}": must be 0 or more`);
  }
  const key = counts.has(reason) || counts.size < maxReasons ? reason : "other";
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
