import { AgentError } from "../../core/mod.ts";
import { kvErrors } from "./errors.ts";

/** Bounds how many answers of one kind are being read at one time. */
export class StreamLimit {
  readonly #kind: string;
  readonly #max: number;
  #open = 0;
  #refused = 0;

  /** @param kind What is bounded, in the plural, for the error text. */
  constructor(kind: string, max: number) {
    this.#kind = kind;
    this.#max = max;
  }

  /** Answers that are being read now. */
  get open(): number {
    return this.#open;
  }

  /** Requests refused since start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Counts one answer; the function returned ends it, and does nothing when called again.
   *
   * @throws {AgentError} `stream_limit` when there are as many as allowed.
   */
  enter(): () => void {
    if (this.#open >= this.#max) {
      this.#refused++;
      throw new AgentError(
        kvErrors.stream_limit,
        `Cannot answer: ${this.#max} ${this.#kind} are being read already; retry when one has ended`,
      );
    }
    this.#open++;
    let isOpen = true;
    return () => {
      if (isOpen) this.#open--;
      isOpen = false;
    };
  }
}
