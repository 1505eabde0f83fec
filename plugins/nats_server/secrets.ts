/**
 * Comparing what a client sent with what was configured: plain text in constant time, or bcrypt.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether the configured secret is a bcrypt hash. */
export function isBcrypt(secret: string): boolean {
  return /^\$2[abxy]\$\d\d\$.{53}$/.test(secret);
}

/** Whether they are equal; a promise for bcrypt, which takes tens of milliseconds. */
export function secretsMatch(configured: string, given: string): boolean | Promise<boolean> {
  return isBcrypt(configured) ? bcryptMatches(configured, given) : plainMatches(configured, given);
}

function plainMatches(configured: string, given: string): boolean {
  return timingSafeEqual(digest(configured), digest(given));
}

async function bcryptMatches(configured: string, given: string): Promise<boolean> {
  const { default: bcrypt } = await import("npm:bcryptjs@3.0.3");
  return await bcrypt.compare(given, configured.replace(/^\$2[xy]/, "$2a"));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
