/**
 * Who is on the other end.
 *
 * @module
 */
import type { Peer } from "./api.ts";

/** The peer of an address without port. */
export function peerOf(hostname: string): Peer {
  return { hostname, isLoopback: isLoopback(hostname) };
}

/** Whether an address is 127.0.0.0/8, `::1` or an IPv4-mapped form of the former. */
export function isLoopback(hostname: string): boolean {
  const address = hostname.toLowerCase().replace(/^\[|\]$/g, "").replace(/^::ffff:/, "");
  return address === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address);
}
