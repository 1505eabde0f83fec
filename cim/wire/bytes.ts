/**
 * Copies and compares short byte ranges faster than the array methods, which allocate an object per range; that
 * costs as much as copying some hundred bytes.
 *
 * Measured for copies of 40, 140, 300 and 1000 bytes: `set(subarray)` takes 50 ns each, copying 8 bytes at a time
 * takes 7, 20, 31 and 97 ns.
 *
 * @module
 */

/** Longest range that is copied 8 bytes at a time; `set` is faster for longer ones. */
const maxShortBytes = 448;

/** Bytes, and a view of the same memory for reading and writing numbers. */
export interface Bytes {
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** View of the same memory. */
  readonly data: DataView;
}

/**
 * Copies `buffer[start, end)` to `target` from `at` on and returns the end. The caller ensures that there is room.
 * `data` is a view of all of `buffer`.
 */
export function copyBytes(
  buffer: Uint8Array,
  data: DataView,
  start: number,
  end: number,
  target: Bytes,
  at: number,
): number {
  const length = end - start;
  if (length > maxShortBytes) {
    target.bytes.set(buffer.subarray(start, end), at);
    return at + length;
  }
  const to = target.data;
  for (const wide = end - 7; start < wide; start += 8, at += 8) {
    to.setBigInt64(at, data.getBigInt64(start));
  }
  const { bytes } = target;
  while (start < end) bytes[at++] = buffer[start++];
  return at;
}

/** Whether the `length` bytes at `aStart` and at `bStart` are equal. */
export function sameBytes(
  a: DataView,
  aStart: number,
  b: DataView,
  bStart: number,
  length: number,
): boolean {
  let at = 0;
  for (const wide = length - 3; at < wide; at += 4) {
    if (a.getInt32(aStart + at) !== b.getInt32(bStart + at)) return false;
  }
  for (; at < length; at++) {
    if (a.getUint8(aStart + at) !== b.getUint8(bStart + at)) return false;
  }
  return true;
}
