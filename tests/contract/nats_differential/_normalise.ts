/**
 * Replaces the parts of a frame that differ between any two servers: ids, addresses, names and build details.
 * `_intended.ts` lists the fields that this server does not send.
 *
 * @module
 */
import { absentInfoFields } from "./_intended.ts";

/** Fields of INFO of which only the kind of value is compared. */
const ownFields = [
  "server_id",
  "server_name",
  "version",
  "go",
  "host",
  "port",
  "client_id",
  "nonce",
];

/** What a TLS library may say to a peer that speaks in clear; see `_intended.ts`. */
const tlsAlert = "\x15\x03\x03";

/** The frame to compare, or `null` for one whose moment is not the client's doing (PING). */
export function normalise(frame: string): string | null {
  if (frame === "PING" || frame.startsWith(tlsAlert)) return null;
  if (!frame.startsWith("INFO ")) return frame;
  const info: Record<string, unknown> = JSON.parse(frame.slice(5));
  for (const field of absentInfoFields) delete info[field];
  for (const field of ownFields) if (field in info) info[field] = typeof info[field];
  const sorted = Object.fromEntries(Object.entries(info).sort(([a], [b]) => a < b ? -1 : 1));
  return `INFO ${JSON.stringify(sorted)}`;
}
