/**
 * Declines an offer to switch to HTTP/2 inside an HTTP/1.1 request (`Upgrade: h2c`), which the JDK's client makes by
 * default. RFC 9110 section 7.8 lets a server ignore the offer, but `Deno.serve` answers 400 if the request has a
 * body. So the offer is removed from the request's head, in place, before the inner server reads it, and the
 * connection closes after the answer: the client then makes its next offer at the beginning of a new connection,
 * where it is found again.
 *
 * @module
 */

const CR = 0x0d;
const LF = 0x0a;
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/**
 * Whether bytes `[0, to)` are the beginning of an HTTP/1 head that is not complete. Bytes before `from` were passed
 * to an earlier call and are not searched again.
 */
export function isUnfinishedHead(bytes: Uint8Array, from: number, to: number): boolean {
  const isMethod = bytes[0] >= 0x41 && bytes[0] <= 0x5a;
  if (to === 0 || !isMethod) return to === 0;
  for (let at = Math.max(3, from); at < to; at++) {
    const isEnd = bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF;
    if (isEnd && bytes[at - 3] === CR) return false;
  }
  return true;
}

/** Removes the offer from the head that the bytes begin with, if there is one. */
export function declineUpgrade(bytes: Uint8Array): void {
  const text = latin1.decode(bytes);
  const head = text.slice(0, text.indexOf("\r\n\r\n") + 2);
  const offer = /\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)/i.exec(head);
  if (!offer) return;
  overwrite(bytes, offer.index + 2, "ignored");
  const connection = /\r\nconnection:([^\r\n]*)/i.exec(head);
  if (!connection) return;
  const [all, value] = connection;
  overwrite(bytes, connection.index + all.length - value.length, " close".padEnd(value.length));
}

function overwrite(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(encoder.encode(text), at);
}
