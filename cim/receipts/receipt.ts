/** How a receipt ended: with a position, or with the reason of the refusal. */
export type ReceiptAnswer = number | string;

/** A message whose publisher waits for one answer. */
export class Receipt {
  readonly #onAnswer: (answer: ReceiptAnswer) => void;
  /** Confirmations that are missing; 0 when it is answered. */
  #missing: number;

  /** Waits for `needed` confirmations, then calls `onAnswer` with the last position; once. */
  constructor(needed: number, onAnswer: (answer: ReceiptAnswer) => void) {
    this.#missing = needed;
    this.#onAnswer = onAnswer;
  }

  /** One destination has the message at this position. Does nothing after the answer. */
  confirm(position: number): void {
    if (this.#missing > 0 && --this.#missing === 0) this.#onAnswer(position);
  }

  /**
   * One destination does not take the message. `reason` is short and from a closed set. Does nothing after the answer.
   */
  refuse(reason: string): void {
    if (this.#missing === 0) return;
    this.#missing = 0;
    this.#onAnswer(reason);
  }
}
