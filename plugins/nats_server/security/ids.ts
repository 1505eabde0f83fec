/**
 * Ids and nonces.
 *
 * @module
 */
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An id in the form of the reference's server ids: N and 55 letters of base 32. */
export function randomId(random: () => number): string {
  const tail = Array.from({ length: 55 }, () => letters[Math.floor(random() * 32) % 32]);
  return `N${tail.join("")}`;
}

/** What a client signs: 15 letters that nobody can guess. */
export function randomNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(11));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
