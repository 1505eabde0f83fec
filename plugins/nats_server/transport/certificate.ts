/**
 * What the server reads from a client certificate: the names that may identify a user, and fingerprints.
 *
 * It reads the certificate's bytes (DER) itself, because the runtime returns names as joined text, in which a value
 * with a separator in it would look like two names. The TLS library has verified the certificate before.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { derCertificates } from "../../../core/mod.ts";
import {
  type ClientCertificate,
  type DistinguishedName,
  goText,
  shortNames,
} from "../security/mod.ts";

/** One element of DER. */
interface Element {
  readonly tag: number;
  /** Its content. */
  readonly content: Uint8Array;
  /** Its content with tag and length. */
  readonly whole: Uint8Array;
}

const tags = Object.freeze({
  objectId: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  bmpString: 0x1e,
  version: 0xa0,
  extensions: 0xa3,
});
const alternativeNamesId = "2.5.29.17";
/** Tags of names in the alternative names. */
const nameTags = Object.freeze({ email: 0x81, dns: 0x82, uri: 0x86 });

/**
 * Reads a certificate in time linear to its size. Like Go, it refuses text that does not fit its type, so that two
 * different names never become the same text.
 *
 * @throws {TypeError} When the bytes are not a certificate.
 */
export function readCertificate(der: Uint8Array): ClientCertificate {
  const [certificate] = elements(der);
  const [signed] = elements(contentOf(certificate));
  const fields = elements(contentOf(signed));
  const first = fields[0]?.tag === tags.version ? 1 : 0;
  const name = readName(contentOf(fields[first + 4]));
  const publicKey = fields[first + 5];
  if (publicKey === undefined) throw absent();
  const extensions = fields.slice(first + 6).find(({ tag }) => tag === tags.extensions);
  const alternatives = extensions === undefined ? [] : alternativeNames(extensions);
  const named = (wanted: number) =>
    alternatives.filter(({ tag }) => tag === wanted).map(({ content }) => ascii(content));
  return {
    subject: goText(name),
    name,
    emails: named(nameTags.email),
    dnsNames: named(nameTags.dns),
    uris: named(nameTags.uri),
    publicKeySha256: sha256(publicKey.whole),
    sha256: sha256(der),
  };
}

/** SHA-256 of each certificate in a PEM text, in hexadecimal. */
export function fingerprints(pem: string): ReadonlySet<string> {
  return new Set(derCertificates(pem).map(sha256));
}

/** The parts of a name, most specific first. */
function readName(content: Uint8Array): DistinguishedName {
  return elements(content).toReversed().map((part) =>
    elements(part.content).toReversed().map((attribute) => {
      const [id, value] = elements(attribute.content);
      const oid = objectId(id);
      return { type: shortNames.get(oid) ?? oid, value: textOf(value) };
    })
  );
}

function alternativeNames(extensions: Element): Element[] {
  const [list] = elements(extensions.content);
  for (const extension of elements(contentOf(list))) {
    const members = elements(extension.content);
    if (objectId(members[0]) !== alternativeNamesId) continue;
    const [names] = elements(contentOf(members.at(-1)));
    return elements(contentOf(names));
  }
  return [];
}

function textOf(element: Element | undefined): string {
  const content = contentOf(element);
  switch (element?.tag) {
    case tags.utf8String:
      return decode(content, "utf-8");
    case tags.bmpString:
      return decode(content, "utf-16be");
    case tags.teletexString:
      return latin1(content);
    case tags.numericString:
    case tags.printableString:
    case tags.ia5String:
      return ascii(content);
    default:
      throw new TypeError("Cannot read the certificate: a name has a value that is not text");
  }
}

/** Keeps a byte order mark, because a name with it is another name. */
function decode(bytes: Uint8Array, encoding: "utf-8" | "utf-16be"): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new TypeError(`Cannot read the certificate: a text is not ${encoding}`, { cause: error });
  }
}

function ascii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 0x7f)) {
    throw new TypeError("Cannot read the certificate: a text is not ASCII");
  }
  return latin1(bytes);
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function objectId(element: Element | undefined): string {
  if (element?.tag !== tags.objectId) throw absent();
  const numbers: number[] = [];
  let number = 0;
  for (const byte of element.content) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [head = 0, ...rest] = numbers;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - 40 * first, ...rest].join(".");
}

/** The elements that the bytes consist of; DER allows neither long tags nor lengths that are open or padded. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at];
    const lengthByte = bytes[at + 1] ?? 0xff;
    const lengthBytes = lengthByte < 0x80 ? 0 : lengthByte & 0x7f;
    const start = at + 2 + lengthBytes;
    let length = lengthByte < 0x80 ? lengthByte : 0;
    for (let i = at + 2; lengthBytes <= 4 && i < start; i++) {
      length = length * 256 + (bytes[i] ?? 0);
    }
    const isShortest = lengthByte < 0x80 ||
      length >= Math.max(0x80, 256 ** (lengthBytes - 1));
    if (lengthBytes > 4 || start + length > bytes.length) {
      throw new TypeError("Cannot read the certificate: it is cut off");
    }
    if ((tag & 0x1f) === 0x1f || !isShortest) {
      throw new TypeError("Cannot read the certificate: it is not DER");
    }
    const end = start + length;
    found.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

function contentOf(element: Element | undefined): Uint8Array {
  if (element === undefined) throw absent();
  return element.content;
}

function absent(): TypeError {
  return new TypeError("Cannot read the certificate: members are absent");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
