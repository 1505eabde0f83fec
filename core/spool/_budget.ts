/**
 * The byte bound that all queues of a spool share. An eighth of it is reserved for queues that use little, in
 * equal parts, so that a queue whose destination is down cannot take all of the room of the others.
 *
 * @module
 */

/** A user of the budget. */
export interface BudgetUser {
  /** Bytes that it uses. */
  bytes: number;
}

const reservedShare = 1 / 8;

/** Counts bytes against the bound. */
export class Budget {
  /** The bound. */
  readonly maxBytes: number;
  readonly #users = new Set<BudgetUser>();
  readonly #waiters = new Set<() => void>();
  #used = 0;

  /** Creates a budget of which nothing is used. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** Adds a queue. */
  addUser(user: BudgetUser): void {
    this.#users.add(user);
  }

  /** Takes bytes if there is room, also for the reserve of others; returns whether there was. */
  tryTake(user: BudgetUser, count: number): boolean {
    if (this.#used + count + this.#reserveFor(user) > this.maxBytes) return false;
    this.take(user, count);
    return true;
  }

  /** Takes bytes, also beyond the bound: for files that exist already, and for what makes room later. */
  take(user: BudgetUser, count: number): void {
    user.bytes += count;
    this.#used += count;
  }

  /** Gives bytes back. */
  release(user: BudgetUser, count: number): void {
    user.bytes -= count;
    this.#used -= count;
    if (count > 0) this.wake();
  }

  /** Calls everything that waits for room. */
  wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter();
  }

  /** Calls `waiter` once when there may be room; returns a function that ends the wait. */
  onRoom(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** What queues other than `user` may still take from their reserve. */
  #reserveFor(user: BudgetUser): number {
    if (this.#users.size < 2) return 0;
    const each = Math.floor(this.maxBytes * reservedShare / this.#users.size);
    let reserved = 0;
    for (const other of this.#users) {
      if (other !== user) reserved += Math.max(0, each - other.bytes);
    }
    return reserved;
  }
}
