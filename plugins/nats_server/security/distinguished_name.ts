/**
 * Distinguished names of certificates: reading them from text (RFC 4514), writing them as Go does, comparing them.
 *
 * @module
 */

/** One attribute of a name: its object identifier or short name, and its value. */
export interface NameAttribute {
  /** Short name where there is one, otherwise the dotted object identifier. */
  readonly type: string;
  /** Its text, without escapes. */
  readonly value: string;
}

/** A relative distinguished name: one attribute, seldom more. */
export type RelativeName = readonly NameAttribute[];

/** A distinguished name in the order of its text: the most specific part first. */
export type DistinguishedName = readonly RelativeName[];

/** Short names of object identifiers. */
export const shortNames: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.5", "SERIALNUMBER"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.17", "POSTALCODE"],
  ["0.9.2342.19200300.100.1.25", "DC"],
]);

/** Attributes that Go writes, in its order; equal ones become one multi-valued part. */
const goOrder = ["SERIALNUMBER", "CN", "POSTALCODE", "STREET", "ST", "L", "OU", "O", "C"];

/** Attributes of which Go keeps the last one only. */
const singleTypes: ReadonlySet<string> = new Set(["SERIALNUMBER", "CN"]);

/** The name as Go's `pkix.Name` writes it, without attributes that it has no member for. */
export function goText(name: DistinguishedName): string {
  const attributes = name.toReversed().flatMap((part) => part.toReversed());
  const parts = goOrder.map((type) =>
    attributes.filter((attribute) => attribute.type === type)
      .slice(singleTypes.has(type) ? -1 : 0)
      .map(({ value }) => `${type}=${escaped(value)}`).join("+")
  );
  return parts.filter((part) => part !== "").join(",");
}

/** The domain components as `DC=a,DC=b`, in the order of the certificate. */
export function domainComponents(name: DistinguishedName): string {
  return name.toReversed().flatMap((part) => part.toReversed())
    .filter(({ type }) => type === "DC").map(({ value }) => `DC=${value}`).join(",");
}

/** Reads a name; `null` when the text is none. */
export function parseName(text: string): DistinguishedName | null {
  const parts: NameAttribute[][] = [[]];
  for (let at = 0; at < text.length;) {
    const type = /^ *([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+) *= */.exec(text.slice(at));
    if (type === null) return null;
    at += type[0].length;
    // A value in hexadecimal form, "#...", is not supported, as in nats-server.
    const value = /^(?!#)(?:\\[ "#+,;<=>\\]|\\[0-9A-Fa-f]{2}|[^\\,+])*/.exec(text.slice(at));
    if (value === null) return null;
    at += value[0].length;
    parts.at(-1)!.push({ type: type[1], value: unescaped(value[0]) });
    if (at === text.length) return parts;
    if (text[at] === ",") parts.push([]);
    else if (text[at] !== "+") return null;
    at++;
  }
  return null;
}

/** Whether two names have equal parts in the same order. */
export function isSameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.length === b.length && a.every((part, i) => isSamePart(part, b[i]));
}

/** Whether two names have equal parts in any order. */
export function isReorderedName(a: DistinguishedName, b: DistinguishedName): boolean {
  const rest = [...b];
  return a.length === b.length && a.every((part) => {
    const at = rest.findIndex((other) => isSamePart(part, other));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

function isSamePart(a: RelativeName, b: RelativeName): boolean {
  const has = (all: RelativeName, one: NameAttribute) =>
    all.some(({ type, value }) =>
      type.toUpperCase() === one.type.toUpperCase() && value === one.value
    );
  return a.length === b.length && a.every((one) => has(b, one)) && b.every((one) => has(a, one));
}

function escaped(value: string): string {
  return value.replace(/[,+"\\<>;]|^[ #]| $/g, (character) => `\\${character}`);
}

/** Removes unescaped blanks at the end, and the escapes. */
function unescaped(value: string): string {
  const pieces = [...value.matchAll(/\\[0-9A-Fa-f]{2}|\\.|[^\\]/gsu)].map(([piece]) => piece);
  while (pieces.at(-1) === " ") pieces.pop();
  const utf8 = new TextEncoder();
  const bytes = pieces.flatMap((piece) => {
    if (piece.length === 3 && piece.startsWith("\\")) return [parseInt(piece.slice(1), 16)];
    return [...utf8.encode(piece.length > 1 && piece.startsWith("\\") ? piece.slice(1) : piece)];
  });
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
