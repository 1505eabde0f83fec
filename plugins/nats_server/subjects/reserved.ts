/**
 * Subjects that nats-server reserves for clusters and JetStream. Clients may not publish on them here either, so
 * that a client gets the same refusal from both servers.
 *
 * @module
 */
import { byteString } from "../protocol/mod.ts";

const underscore = 95;
const dollar = 36;

/** Whether a client may not publish on the subject. */
export function isReservedSubject(subject: string): boolean {
  return subject.startsWith("$NRG.") || isLonger(subject, "_GR_.");
}

/** Whether a client may not use `buffer[start, end)` as reply subject. Returns early for `_INBOX`, the usual case. */
export function isReservedReply(buffer: Uint8Array, start: number, end: number): boolean {
  const first = buffer[start];
  if (first !== dollar && (first !== underscore || buffer[start + 1] === 73)) return false;
  const reply = byteString(buffer, start, Math.min(end, start + 16));
  return reply.startsWith("_R_.") || isLonger(reply, "$JS.ACK.") || isLonger(reply, "_GR_.");
}

function isLonger(text: string, prefix: string): boolean {
  return text.length > prefix.length && text.startsWith(prefix);
}

/** Request for information about the client's own user; the server itself replies. */
export const userInfoSubject = "$SYS.REQ.USER.INFO";
