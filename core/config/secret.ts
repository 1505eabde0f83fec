/**
 * A value that is not printed by accident.
 *
 * @module
 */

/**
 * Holds a secret. Text, JSON and inspection show `[redacted]`.
 *
 * @example
 * ```ts
 * import { Secret } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const password = new Secret("s3cret");
 * assert.equal(`${password}`, "[redacted]");
 * assert.equal(password.reveal(), "s3cret");
 * ```
 */
export class Secret {
  readonly #value: string;

  /** Creates a secret. */
  constructor(value: string) {
    this.#value = value;
  }

  /** Returns the secret itself, for the peer that needs it. */
  reveal(): string {
    return this.#value;
  }

  /** Returns `[redacted]`, for logs and templates. */
  toString(): string {
    return "[redacted]";
  }

  /** Returns `[redacted]`, for JSON. */
  toJSON(): string {
    return "[redacted]";
  }

  /** Returns `[redacted]`, for `console.log` and error reports. */
  [Symbol.for("Deno.customInspect")](): string {
    return "[redacted]";
  }

  /** Returns `[redacted]`, for the inspection of Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}
