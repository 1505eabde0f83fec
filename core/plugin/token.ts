/**
 * Typed keys under which plugins provide things to one another.
 *
 * @module
 */

/** Key of something of type `T`. Two tokens are the same only if they are the same object. */
export interface Token<out T> {
  /** Name for errors. */
  readonly name: string;
  /** The factory of the plugin that provides it, such as `http()`; an error about a gap names it. */
  readonly providedBy?: string;
  /** Exists only in the type: carries `T`. Never set. */
  readonly offered?: T;
}

/** Options of {@linkcode token}. */
export interface TokenOptions {
  /** The factory of the plugin that provides it, such as `http()`. */
  providedBy?: string;
}

/**
 * Creates a key.
 *
 * @example
 * ```ts
 * import { token } from "./mod.ts";
 *
 * interface Printer {
 *   print(page: string): void;
 * }
 * export const printerToken = token<Printer>("printer", { providedBy: "printer()" });
 * ```
 */
export function token<T>(name: string, { providedBy }: TokenOptions = {}): Token<T> {
  return Object.freeze({ name, providedBy });
}
