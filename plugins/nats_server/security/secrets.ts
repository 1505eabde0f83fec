/**
 * Compares a secret sent by a client with the configured one: plain text in constant time, or bcrypt in a worker.
 *
 * @module
 */
import { utf8 } from "../protocol/mod.ts";
import { BcryptChecks, type CheckOptions, type CheckOutcome } from "./bcrypt_checks.ts";

const bcryptPattern = /^\$2[abxy]\$(\d\d)\$.{53}$/;

/** Whether the configured secret is a bcrypt hash. */
export function isBcrypt(secret: string): boolean {
  return bcryptPattern.test(secret);
}

/**
 * A secret that no client can have, whose comparison takes as long as that of the slowest of `secrets`. It is compared
 * with the password of an unknown user, so that the time of the answer does not tell whether a user exists; that needs
 * secrets of one kind: all plain text, or all hashes of the same cost.
 */
export function unmatchableSecret(secrets: readonly string[]): string {
  const costs = secrets.map((secret) => Number(bcryptPattern.exec(secret)?.[1] ?? 0));
  const cost = Math.max(0, ...costs);
  // The hash ends in a character that no bcrypt hash of 23 bytes ends in.
  const hash = `$2b$${String(cost).padStart(2, "0")}$${"C".repeat(21)}u${"C".repeat(30)}/`;
  return cost === 0 ? crypto.randomUUID() : hash;
}

/** Secret comparisons of one authenticator. */
export class SecretComparison {
  readonly #hashes = new BcryptChecks();

  /** Whether the secrets are equal, or `busy`; a promise when bcrypt is involved. */
  matches(
    configured: string,
    given: string,
    options: CheckOptions = {},
  ): boolean | Promise<CheckOutcome> {
    if (!isBcrypt(configured)) return plainMatches(configured, given);
    return this.#hashes.check(configured.replace(/^\$2[xy]/, "$2a"), given, options);
  }

  /** Ends what comparisons need; pending ones end as busy. */
  close(): void {
    this.#hashes.close();
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
