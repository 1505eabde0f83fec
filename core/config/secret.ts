/**
 * A value that cannot be printed by accident.
 *
 * @module
 */

/** Holds a secret; text, JSON and inspection show `[redacted]`. */
export class Secret {
  readonly #value: string;

  /** Hides `value`. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for handing it to the peer that needs it. */
  reveal(): string {
    return this.#value;
  }

  /** What logs and templates get. */
  toString(): string {
    return "[redacted]";
  }

  /** What JSON gets. */
  toJSON(): string {
    return "[redacted]";
  }

  /** What `console.log` and error reports get. */
  [Symbol.for("Deno.customInspect")](): string {
    return "[redacted]";
  }

  /** The same for code that runs on Node's inspector. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}
