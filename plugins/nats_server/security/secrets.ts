/**
 * Comparing what a client sent with what was configured: plain text in constant time, or bcrypt.
 *
 * bcrypt costs tens of milliseconds of this thread on purpose. Comparisons run one after another, with a turn
 * of the event loop between them, so that a crowd of wrong passwords delays itself and not those who are in.
 * Bound: 256 wait; who comes then is refused like one with a wrong password, and counted as such.
 *
 * @module
 */
import { utf8 } from "../protocol/ascii.ts";

const maxWaiting = 256;

/** Whether the configured secret is a bcrypt hash. */
export function isBcrypt(secret: string): boolean {
  return /^\$2[abxy]\$\d\d\$.{53}$/.test(secret);
}

/** Compares secrets for one authenticator. */
export class SecretComparison {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether they are equal; a promise for bcrypt. */
  matches(configured: string, given: string): boolean | Promise<boolean> {
    if (!isBcrypt(configured)) return plainMatches(configured, given);
    if (this.#waiting >= maxWaiting) return false;
    const turn = this.#waiting === 0 ? Promise.resolve() : this.#last.then(nextTurn);
    this.#waiting++;
    const verdict = turn.then(() => bcryptMatches(configured, given))
      .finally(() => this.#waiting--);
    // A failure is told to the one who asked; the next comparison does not depend on it.
    this.#last = verdict.then(() => {}, () => {});
    return verdict;
  }
}

/** Takes as long as what was given is long, whether and wherever it differs. */
function plainMatches(configured: string, given: string): boolean {
  const wanted = utf8(configured);
  const found = utf8(given);
  let difference = wanted.length ^ found.length;
  for (let i = 0; i < found.length; i++) difference |= wanted[i % wanted.length] ^ found[i];
  return difference === 0;
}

async function bcryptMatches(configured: string, given: string): Promise<boolean> {
  const { default: bcrypt } = await import("npm:bcryptjs@3.0.3");
  return await bcrypt.compare(given, configured.replace(/^\$2[xy]/, "$2a"));
}

/** Lets sockets be served before what follows. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
