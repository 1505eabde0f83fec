/**
 * Scans over the bytes of a line. Only `splitBlanks` and `splitArguments` allocate; the fast path of the parser
 * uses neither.
 *
 * @module
 */
import { ascii, byteString } from "./ascii.ts";

/** Hash of a subject; equals the one that the fast path of the parser computes. */
export function hashBytes(buffer: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + buffer[i]) | 0;
  return hash;
}

/** Start and end of each word between blanks. */
export function splitBlanks(buffer: Uint8Array, start: number, end: number): number[] {
  const edges: number[] = [];
  let word = -1;
  for (let i = start; i < end; i++) {
    const isBlank = buffer[i] === ascii.space || buffer[i] === ascii.tab;
    if (isBlank && word >= 0) {
      edges.push(word, i);
      word = -1;
    } else if (!isBlank && word < 0) word = i;
  }
  if (word >= 0) edges.push(word, end);
  return edges;
}

/** Reads a decimal number of at most nine digits; -1 for anything else. */
export function parseSize(buffer: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > 9) return -1;
  let size = 0;
  for (let i = start; i < end; i++) {
    const digit = buffer[i] - ascii.zero;
    if (digit < 0 || digit > 9) return -1;
    size = size * 10 + digit;
  }
  return size;
}

/** How many bytes from `start` on match the verb, upper or lower case. */
export function matchingLength(
  verb: string,
  buffer: Uint8Array,
  start: number,
  end: number,
): number {
  let length = 0;
  while (length < verb.length && start + length < end) {
    const byte = buffer[start + length];
    const upper = byte >= 97 && byte <= 122 ? byte - 32 : byte;
    if (upper !== verb.charCodeAt(length)) break;
    length++;
  }
  return length;
}

/** Offset of the first occurrence of a byte; `end` or more when there is none. */
export function find(byte: number, buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && buffer[at] !== byte) at++;
  return at;
}

/** Whether `buffer[start, end)` contains a CR. */
export function hasReturn(buffer: Uint8Array, start: number, end: number): boolean {
  return find(ascii.cr, buffer, start, end) < end;
}

/** Whether one space separates the words and CR LF follows, so that the bytes can be delivered unchanged. */
export function isSingleSpaced(buffer: Uint8Array, edges: number[], payload: number): boolean {
  for (let i = 2; i < edges.length; i += 2) {
    if (edges[i] - edges[i - 1] !== 1 || buffer[edges[i] - 1] !== ascii.space) return false;
  }
  return payload - edges[edges.length - 1] === 2 && buffer[payload - 2] === ascii.cr;
}

/** Words separated by blanks or CR. */
export function splitArguments(buffer: Uint8Array, start: number, end: number): string[] {
  return byteString(buffer, start, end).split(/[ \t\r\n]+/).filter((word) => word !== "");
}
