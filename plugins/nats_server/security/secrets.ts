/**
 * Compares a secret sent by a client with the configured one: plain text in constant time, or bcrypt.
 *
 * A bcrypt comparison takes tens of milliseconds of this thread. Comparisons run one at a time, with a turn of
 * the event loop between them, so that many wrong passwords delay each other and not the connected clients.
 * Bound: 256 comparisons wait; further ones fail like a wrong password.
 *
 * @module
 */
import { utf8 } from "../protocol/mod.ts";

const maxWaiting = 256;

/** Whether the configured secret is a bcrypt hash. */
export function isBcrypt(secret: string): boolean {
  return /^\$2[abxy]\$\d\d\$.{53}$/.test(secret);
}

/** Secret comparisons of one authenticator. */
export class SecretComparison {
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether the secrets are equal; a promise when bcrypt is involved. */
  matches(configured: string, given: string): boolean | Promise<boolean> {
    if (!isBcrypt(configured)) return plainMatches(configured, given);
    if (this.#waiting >= maxWaiting) return false;
    const turn = this.#waiting === 0 ? Promise.resolve() : this.#last.then(nextTurn);
    this.#waiting++;
    const verdict = turn.then(() => bcryptMatches(configured, given))
      .finally(() => this.#waiting--);
    // The caller gets the error; the next comparison does not depend on it.
    this.#last = verdict.then(() => {}, () => {});
    return verdict;
  }
}

/** Takes time proportional to the given secret, independent of where it differs. */
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

/** Resolves in a later turn of the event loop, after pending I/O was handled. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
