/**
 * Quoted text as nats-server prints it in errors (Go's `%q`).
 *
 * @module
 */
import { byteString, byteStringBytes, utf8 } from "./ascii.ts";

const named = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

/** Quotes a byte string; bytes that are not UTF-8 or not printable are escaped. */
export function goQuote(text: string): string {
  let quoted = '"';
  for (let at = 0; at < text.length;) {
    const { character, length } = decodeOne(text, at);
    quoted += character === null ? hex(text.charCodeAt(at)) : escaped(character);
    at += length;
  }
  return quoted + '"';
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const known = named.get(character);
  if (known !== undefined) return known;
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
  if (code < 0x80) return hex(code);
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** The character at an offset of a byte string; `null` for a byte that does not begin a valid sequence. */
function decodeOne(text: string, at: number): { character: string | null; length: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { character: text[at], length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const bytes = byteStringBytes(text.slice(at, at + length));
  const character = new TextDecoder().decode(bytes);
  const again = utf8(character);
  const isValid = byteString(again, 0, again.length) === byteString(bytes, 0, bytes.length) &&
    [...character].length === 1;
  return isValid ? { character, length } : { character: null, length: 1 };
}
