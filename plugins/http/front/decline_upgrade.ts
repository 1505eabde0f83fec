/**
 * Declines an offer to switch to HTTP/2 inside an HTTP/1.1 request (`Upgrade: h2c`), which the JDK's client makes by
 * default. RFC 9110 section 7.8 lets a server ignore the offer, but `Deno.serve` answers 400 if the request has a
 * body. So the inner server gets a head without the offer and with `Connection: close`: the client then makes its next
 * offer at the beginning of a new connection, where it is found again.
 *
 * Accepting the offer would not be safe. A proxy in front that passes the offer on sees one request and then only bytes,
 * so a client could send requests through it that the proxy would refuse (request smuggling); and RFC 9113 removed the
 * offer from HTTP/2, so current clients begin with prior knowledge or with TLS, which the port accepts.
 *
 * @module
 */

const cr = 0x0d;
const lf = 0x0a;
const latin1 = new TextDecoder("latin1");

/**
 * Whether bytes `[0, to)` are the beginning of an HTTP/1 head that is not complete. Bytes before `from` were passed
 * to an earlier call and are not searched again. A line ends with LF or CR LF, as the inner server reads it.
 */
export function isUnfinishedHead(bytes: Uint8Array, from: number, to: number): boolean {
  const isMethod = bytes[0] >= 0x41 && bytes[0] <= 0x5a;
  if (to === 0 || !isMethod) return to === 0;
  for (let at = Math.max(1, from); at < to; at++) {
    if (bytes[at] !== lf) continue;
    const before = bytes[at - 1] === cr ? at - 2 : at - 1;
    if (bytes[before] === lf) return false;
  }
  return true;
}

/** The bytes without the offer in their head, if there is one; else the same array. */
export function declineUpgrade(bytes: Uint8Array): Uint8Array {
  const text = latin1.decode(bytes);
  const end = /\n\r?\n/.exec(text);
  if (!end) return bytes;
  const [requestLine, ...fields] = text.slice(0, end.index).split("\n");
  if (!fields.some(isOffer)) return bytes;
  const kept = fields.filter((field) =>
    !isField(field, "connection|http2-settings") && !isOffer(field)
  );
  const head = [requestLine, ...kept, "Connection: close\r", "\r\n"].join("\n");
  return fromLatin1(head + text.slice(end.index + end[0].length));
}

function isOffer(field: string): boolean {
  return isField(field, "upgrade") && /[:,\s]h2c[,\s]*$|[:,\s]h2c[,\s]/i.test(field);
}

function isField(field: string, names: string): boolean {
  return new RegExp(`^(?:${names}):`, "i").test(field);
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
