/**
 * The client of a connection.
 *
 * @module
 */
import { isLoopback } from "../../core/mod.ts";
import type { Peer } from "./api.ts";

/** The peer with this IP address. */
export function peerOf(hostname: string): Peer {
  return { hostname, isLoopback: isLoopback(hostname) };
}
