/** Messages that are printed within one second. */
const maxPerSecond = 100;

/** Decides which messages are printed, and counts the others. */
export class TapLimit {
  /** Messages that were not printed. */
  leftOut = 0;
  /** Messages that may be printed. */
  printed = 0;
  #secondStart = -Infinity;
  #inSecond = 0;

  /** Whether a message that arrives at `nowMs` is printed. */
  admit(nowMs: number): boolean {
    if (nowMs - this.#secondStart >= 1_000) {
      this.#secondStart = nowMs;
      this.#inSecond = 0;
    }
    if (this.#inSecond >= maxPerSecond) {
      this.leftOut++;
      return false;
    }
    this.#inSecond++;
    this.printed++;
    return true;
  }
}
