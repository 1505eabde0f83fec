/*
 * Writes the contents of JSON strings from bytes to bytes, escaped as Go's encoding/json does, because the
 * consumers of this contract expect that: `<`, `>`, `&`, U+2028 and U+2029 as \u sequences, and \ufffd for each
 * byte that is not part of valid UTF-8. For valid text, JSON.stringify of the decoded string gives an equal
 * document at several times the cost.
 */

import type { Bytes } from "./bytes.ts";

/** Maximum number of bytes written for one byte of text. */
export const maxEscapeBytes = 6;

const encoder = new TextEncoder();
const hexDigits = encoder.encode("0123456789abcdef");
const replacement = encoder.encode("\\ufffd");

/** Bytes written one by one after a special one was found, since these often come together. */
const specialRun = 16;

const plain = 0;
const short = 1;
const unicode = 2;
const multibyte = 3;

/** For each byte: copy it, escape it with a letter or as \u00xx, or decode a multi-byte sequence. */
const kinds = makeKinds();
/** Letter of each short escape. */
const letters = makeLetters();

/** Writes `source[start, end)` to `target` from `at` on; needs room for 6 bytes per byte; returns the end. */
export function writeJsonText(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  let from = start;
  while (from < end) {
    const byte = source[from];
    const kind = kinds[byte];
    if (kind === plain) {
      target[at++] = byte;
      from++;
    } else if (kind === short) {
      target[at++] = 0x5c;
      target[at++] = letters[byte];
      from++;
    } else if (kind === unicode) {
      at = writeUnicode(byte, target, at);
      from++;
    } else {
      const length = sequenceLength(source, from, end);
      if (length === 0) {
        target.set(replacement, at);
        at += replacement.length;
        from++;
      } else if (length === 3 && isLineSeparator(source, from)) {
        at = writeUnicode(0x2000 | (source[from + 2] & 0x3f), target, at);
        from += 3;
      } else {
        for (const stop = from + length; from < stop; from++) target[at++] = source[from];
      }
    }
  }
  return at;
}

/**
 * The same for memory with views for reading and writing numbers, eight plain bytes at a time: log lines seldom have
 * anything to escape, and this takes a third of the time.
 */
export function writeJsonWords(
  source: Uint8Array,
  from: DataView,
  start: number,
  end: number,
  target: Bytes,
  at: number,
): number {
  const to = target.data;
  let next = start;
  while (next < end) {
    for (const wide = end - 7; next < wide; next += 8, at += 8) {
      const first = from.getInt32(next, true);
      const second = from.getInt32(next + 4, true);
      if ((plainBits(first) & plainBits(second) & 0x80808080) !== allPlain) break;
      to.setInt32(at, first, true);
      to.setInt32(at + 4, second, true);
    }
    // The words that stopped the loop and some more, or the rest; a multi-byte sequence is written as a whole.
    let piece = Math.min(end, next + specialRun);
    while (piece < end && (source[piece] & 0xc0) === 0x80) piece++;
    at = writeJsonText(source, next, piece, target.bytes, at);
    next = piece;
  }
  return at;
}

const allPlain = 0x80808080 | 0;

/**
 * The highest bit of each of the four bytes is set when that byte is plain: 0x20 to 0x7f, and none of `"`, `&`, `<`,
 * `>`, `\\`. `"` and `&` differ in one bit, and so do `<` and `>`, so two comparisons find the four. Adding 0x7f to seven
 * bits sets the highest one unless they are zero, and adding 0x60 sets it from 0x20 on; nothing is carried to the next
 * byte.
 */
function plainBits(word: number): number {
  const low = word & 0x7f7f7f7f;
  return ((low & ~0x04040404 ^ 0x22222222) + 0x7f7f7f7f) &
    ((low & ~0x02020202 ^ 0x3c3c3c3c) + 0x7f7f7f7f) &
    ((low ^ 0x5c5c5c5c) + 0x7f7f7f7f) & (low + 0x60606060) & ~word;
}

/** Writes an integer as decimal number; returns the end. */
export function writeDecimal(value: number | bigint, target: Uint8Array, at: number): number {
  if (typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
    const high = Math.floor(value / 1e8);
    if (high === 0) return writeDigits(value | 0, 1, target, at);
    return writeDigits((value - high * 1e8) | 0, 8, target, writeDigits(high | 0, 1, target, at));
  }
  const digits = value.toString();
  for (let i = 0; i < digits.length; i++) target[at++] = digits.charCodeAt(i);
  return at;
}

/** Writes an integer of at least 0, below 2^31, with at least so many digits. */
function writeDigits(value: number, least: number, target: Uint8Array, at: number): number {
  let count = least;
  for (let bound = 10 ** least; count < 10 && value >= bound; bound *= 10) count++;
  for (let digit = at + count - 1; digit >= at; digit--) {
    const rest = (value / 10) | 0;
    target[digit] = 0x30 + value - 10 * rest;
    value = rest;
  }
  return at + count;
}

/** Copies all of `bytes`, in a loop up to the size above which `set` is faster; returns the end. */
export function writeBytes(bytes: Uint8Array, target: Uint8Array, at: number): number {
  if (bytes.length >= 64) {
    target.set(bytes, at);
    return at + bytes.length;
  }
  for (let i = 0; i < bytes.length; i++) target[at++] = bytes[i];
  return at;
}

function writeUnicode(code: number, target: Uint8Array, at: number): number {
  target[at] = 0x5c;
  target[at + 1] = 0x75;
  target[at + 2] = hexDigits[code >> 12];
  target[at + 3] = hexDigits[(code >> 8) & 15];
  target[at + 4] = hexDigits[(code >> 4) & 15];
  target[at + 5] = hexDigits[code & 15];
  return at + 6;
}

function isLineSeparator(source: Uint8Array, at: number): boolean {
  return source[at] === 0xe2 && source[at + 1] === 0x80 && (source[at + 2] & 0xfe) === 0xa8;
}

/** Length of the valid UTF-8 sequence that begins with the non-ASCII byte at `at`; 0 if it is invalid. */
function sequenceLength(source: Uint8Array, at: number, end: number): number {
  const lead = source[at];
  const left = end - at;
  if (lead < 0xc2 || left < 2) return 0;
  const second = source[at + 1];
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (left < 3 || !isContinuation(source[at + 2])) return 0;
  if (lead < 0xf0) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high ? 3 : 0;
  }
  if (lead > 0xf4 || left < 4 || !isContinuation(source[at + 3])) return 0;
  const low = lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(256);
  kinds.fill(unicode, 0, 0x20);
  kinds.fill(multibyte, 0x80);
  for (const char of '"\\\n\r\t') kinds[char.charCodeAt(0)] = short;
  for (const char of "<>&") kinds[char.charCodeAt(0)] = unicode;
  return kinds;
}

function makeLetters(): Uint8Array {
  const letters = new Uint8Array(256);
  for (const char of '"\\') letters[char.charCodeAt(0)] = char.charCodeAt(0);
  letters[0x0a] = "n".charCodeAt(0);
  letters[0x0d] = "r".charCodeAt(0);
  letters[0x09] = "t".charCodeAt(0);
  return letters;
}
