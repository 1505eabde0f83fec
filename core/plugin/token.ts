/**
 * Typed keys under which plugins offer things to one another.
 *
 * @module
 */

/** Key of something of type `T`. Two tokens are the same only if they are the same object. */
export interface Token<out T> {
  /** Shown in errors and in the boot tree. */
  readonly name: string;
  /** Only in the type: what the token stands for. Never set. */
  readonly offered?: T;
}

/** Creates a key. */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ name });
}
