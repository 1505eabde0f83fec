/**
 * The counters of one route. Invariant: accepted = delivered + spooled + rejected + dropped + in flight. The
 * route counts what is in flight from the items that it holds, independently of the other counters, so the
 * difference, {@linkcode Book.unaccounted}, is a real check: it must be 0 at any time.
 *
 * @module
 */

/** The counters of a book, as they are stored. */
export interface BookSnapshot {
  /** Items handed to the route. */
  readonly accepted: number;
  /** Items that reached the destination. */
  readonly delivered: number;
  /** Items in the spool. */
  readonly spooled: number;
  /** Items that the route held when the snapshot was taken. */
  readonly inFlight: number;
  /** Items refused by the destination, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Items dropped by the route, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Options of {@linkcode Book}. */
export interface BookOptions {
  /** Returns the number of items that the route holds now. Default: 0. */
  inFlight?: () => number;
}

/** Different reasons that a book counts; further reasons are counted as `other`. */
const maxReasons = 32;

/**
 * Counts the items of one route by outcome, in plain numbers to which hot paths add directly.
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
  /** Items that reached the destination. */
  delivered = 0;
  /** Items in the spool of the route. */
  spooled = 0;
  readonly #rejected = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  #inFlight: () => number;
  /** Items that the last restore counted as lost. */
  #lostInCrash = 0;

  /** Creates an empty book. */
  constructor(route: string, { inFlight = () => 0 }: BookOptions = {}) {
    if (!/^[a-z][a-z0-9_]*$/.test(route)) {
      throw new TypeError(
        `Cannot open a book for route "${route}": a name has only a-z, 0-9 and _`,
      );
    }
    this.route = route;
    this.#inFlight = inFlight;
  }

  /** Counts items that the destination refused. */
  reject(reason: string, count = 1): void {
    add(this.#rejected, reason, count);
  }

  /** Counts items that the route dropped. */
  drop(reason: string, count = 1): void {
    add(this.#dropped, reason, count);
  }

  /** Counts items of the spool that it has given up. */
  lose(reason: string, count: number): void {
    this.spooled -= count;
    this.drop(reason, count);
  }

  /** Items refused by the destination, by reason. */
  get rejected(): ReadonlyMap<string, number> {
    return this.#rejected;
  }

  /** Items dropped by the route, by reason. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  /** Items that the route holds now. */
  get inFlight(): number {
    return this.#inFlight();
  }

  /** Accepted items without an outcome that are not in flight either. Anything but 0 is a bug. */
  get unaccounted(): number {
    const settled = this.delivered + this.spooled + sum(this.#rejected) + sum(this.#dropped);
    return this.accepted - settled - this.inFlight;
  }

  /** The current counters. */
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
   * Restores the counters of a previous run; items that were in flight then count as dropped for the reason
   * `lost_in_crash`, except for the number that the route `recovered` and has in flight again.
   */
  restore(previous: BookSnapshot, recovered = 0): void {
    this.accepted += previous.accepted;
    this.delivered += previous.delivered;
    this.spooled += previous.spooled;
    for (const [reason, count] of Object.entries(previous.rejected)) this.reject(reason, count);
    for (const [reason, count] of Object.entries(previous.dropped)) this.drop(reason, count);
    const lost = previous.inFlight - recovered;
    if (lost <= 0) return;
    this.drop("lost_in_crash", lost);
    this.#lostInCrash = lost;
  }

  /**
   * Corrects the counters after a crash to the number of items that the spool really has. More than counted:
   * they were in flight or accepted after the counters were saved. Fewer: the others were delivered since, except
   * for the `damaged` ones, by reason, that the spool has lost.
   */
  recount(spooled: number, damaged: ReadonlyMap<string, number> = new Map()): void {
    for (const [reason, count] of damaged) {
      // Only those that the book counts: the others were never accepted.
      this.lose(reason, Math.min(count, Math.max(0, this.spooled - spooled)));
    }
    const more = spooled - this.spooled;
    this.spooled = spooled;
    if (more <= 0) {
      this.delivered -= more;
      return;
    }
    const recovered = Math.min(more, this.#lostInCrash);
    this.#lostInCrash -= recovered;
    if (recovered > 0) {
      this.#dropped.set("lost_in_crash", this.#dropped.get("lost_in_crash")! - recovered);
    }
    this.accepted += more - recovered;
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
