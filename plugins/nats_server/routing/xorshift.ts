/** Fast generator of numbers that need not be unpredictable, such as the choice within a queue group. */
export class Xorshift {
  #state: number;

  /** `seed` is a number from 0 to 1. */
  constructor(seed: number) {
    this.#state = Math.floor(seed * 0x7fff_ffff) | 1;
  }

  /** The next number, below 2^32. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    this.#state = state ^= state << 5;
    return state >>> 0;
  }
}
