/** A sorted array. Searching takes logarithmic time; inserting moves the items behind, which is fast in practice. */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #items: T[] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item unless an equal one is present. */
  add(item: T): void {
    const at = this.#position(item);
    if (this.#isAt(at, item)) return;
    this.#items.splice(at, 0, item);
  }

  /** Removes the equal item, if present. */
  remove(item: T): void {
    const at = this.#position(item);
    if (this.#isAt(at, item)) this.#items.splice(at, 1);
  }

  /** The items that are not less than the given one, in order. */
  *from(item: T): Generator<T> {
    for (let at = this.#position(item); at < this.#items.length; at++) yield this.#items[at];
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items[Symbol.iterator]();
  }

  #isAt(at: number, item: T): boolean {
    return at < this.#items.length && this.#compare(this.#items[at], item) === 0;
  }

  /** Index of the item, or the index at which it would be inserted. */
  #position(item: T): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#items[middle], item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
