/**
 * The command line of the soak.
 *
 * @module
 */

/** What the soak is asked for. */
export interface SoakOptions {
  /** How long faults are made, in minutes. */
  readonly minutes: number;
  /** The random numbers follow from it. */
  readonly seed: number;
}

const usage = "usage: deno task soak [--minutes N] [--seed S]";
const defaultMinutes = 2;
const maxMinutes = 10_080;

/**
 * Reads `--minutes N`, a number above 0, and `--seed S`, an integer from 0 on; a missing seed is a random one.
 *
 * @throws {TypeError} When an argument is not one of these.
 */
export function soakOptions(args: readonly string[]): SoakOptions {
  let minutes = defaultMinutes;
  let seed = crypto.getRandomValues(new Uint32Array(1))[0];
  for (let at = 0; at < args.length; at += 2) {
    const [name, text = ""] = [args[at], args[at + 1]];
    const value = text.trim() === "" ? NaN : Number(text);
    if (name === "--minutes" && value > 0 && value <= maxMinutes) minutes = value;
    else if (name === "--seed" && Number.isInteger(value) && value >= 0) seed = value;
    else throw new TypeError(`Cannot use "${[name, text].join(" ").trim()}"; ${usage}`);
  }
  return { minutes, seed };
}
