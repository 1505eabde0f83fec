/**
 * Whether an IP address belongs to this machine's loopback: 127.0.0.0/8, `::1`, and the IPv4-mapped forms of the
 * former. IPv6 addresses may be in brackets, as in URLs. A name such as `localhost` is not an address.
 *
 * @example
 * ```ts
 * import { isLoopback } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(isLoopback("127.0.0.1"), true);
 * assert.equal(isLoopback("[::1]"), true);
 * assert.equal(isLoopback("10.0.0.1"), false);
 * ```
 */
export function isLoopback(address: string): boolean {
  const bare = address.toLowerCase().replace(/^\[|\]$/g, "").replace(/^::ffff:/, "");
  return bare === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare);
}
