/**
 * Random server ids and nonces.
 *
 * @module
 */
import { toBase64 } from "../../../core/mod.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An id in the format of nats-server's ids: N and 55 characters of base 32. */
export function randomId(random: () => number): string {
  const tail = Array.from({ length: 55 }, () => letters[Math.floor(random() * 32) % 32]);
  return `N${tail.join("")}`;
}

/** A nonce for a client to sign: 88 random bits as 15 characters. */
export function randomNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(11));
  const text = toBase64(bytes);
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
