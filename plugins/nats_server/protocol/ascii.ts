/**
 * Bytes of the protocol, and conversions between bytes and text.
 *
 * A *byte string* holds one byte per character (Latin-1). The sublist and all caches use byte strings as keys:
 * every byte sequence has exactly one, valid UTF-8 or not, like a string in Go.
 *
 * @module
 */

/** Codes of the bytes that the parser and the encoders use. */
export const ascii = Object.freeze({
  tab: 9,
  lf: 10,
  cr: 13,
  space: 32,
  star: 42,
  plus: 43,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  greater: 62,
});

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/**
 * The byte string of `buffer[start, end)`. It appends eight characters at a time, because each `+=` makes a new
 * string and that costs more than the characters.
 */
export function byteString(buffer: Uint8Array, start: number, end: number): string {
  let text = "";
  let at = start;
  for (const wide = end - 7; at < wide; at += 8) {
    text += String.fromCharCode(
      buffer[at],
      buffer[at + 1],
      buffer[at + 2],
      buffer[at + 3],
      buffer[at + 4],
      buffer[at + 5],
      buffer[at + 6],
      buffer[at + 7],
    );
  }
  for (; at < end; at++) text += String.fromCharCode(buffer[at]);
  return text;
}

/** The byte string of a text. */
export function toByteString(text: string): string {
  if (isAscii(text)) return text;
  const bytes = encoder.encode(text);
  return byteString(bytes, 0, bytes.length);
}

/** The text of a byte string. */
export function fromByteString(bytes: string): string {
  return isAscii(bytes) ? bytes : decoder.decode(byteStringBytes(bytes));
}

/** The bytes of a byte string. */
export function byteStringBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Writes a byte string at `offset`; returns the offset after it. */
export function putByteString(target: Uint8Array, offset: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[offset + i] = text.charCodeAt(i);
  return offset + text.length;
}

/** Writes a natural number in decimal at `offset`; returns the offset after it. */
export function putDecimal(target: Uint8Array, offset: number, value: number): number {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits++;
  for (let i = offset + digits - 1; i >= offset; i--) {
    const rest = Math.floor(value / 10);
    target[i] = ascii.zero + value - rest * 10;
    value = rest;
  }
  return offset + digits;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
