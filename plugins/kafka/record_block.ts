/**
 * Blocks of framed records: the form in which records are handed to a producer, so that a route can collect, spool and
 * send many records as bytes, without an object per record. Numbers are big-endian.
 *
 * ```
 * value   block = { u32 length, value }
 * keyed   block = { u32 length of the rest, u32 key length, key, u32 value length, value, { u32 length, name, u32 length, value } }
 * ```
 *
 * In the keyed form a length of 0xFFFFFFFF stands for "no key" and "no value"; the pairs at the end are the headers.
 *
 * @module
 */

/** Framing of the records of a block: values only, or each with key and headers. */
export type RecordFormat = "value" | "keyed";

/** A block of framed records; a block of a spool fits as it is. */
export interface RecordBlock {
  /** The framed records, without gaps. */
  readonly data: Uint8Array;
  /** Number of records. */
  readonly records: number;
}

/** One record of the keyed form. */
export interface KeyedRecord {
  /** Decides the partition. Default: no key, the producer chooses. */
  readonly key?: Uint8Array;
  /** Value. Default: none, which deletes the key in a compacted topic. */
  readonly value?: Uint8Array;
  /** Headers in this order. Default: none. */
  readonly headers?: readonly (readonly [name: string, value: Uint8Array])[];
}

/** Length that stands for an absent key or value. */
export const absentLength = 0xffff_ffff;

const encoder = new TextEncoder();

/**
 * Frames values as a block of format `value`.
 *
 * @example
 * ```ts
 * import { valueBlock } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const block = valueBlock([new TextEncoder().encode("hi")]);
 * assert.deepEqual([[...block.data], block.records], [[0, 0, 0, 2, 104, 105], 1]);
 * ```
 */
export function valueBlock(values: readonly Uint8Array[]): RecordBlock {
  const data = new Uint8Array(values.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(data.buffer);
  let at = 0;
  for (const value of values) {
    view.setUint32(at, value.length);
    data.set(value, at + 4);
    at += 4 + value.length;
  }
  return { data, records: values.length };
}

/** Bytes that {@linkcode writeKeyedRecord} writes for a record without headers. */
export function keyedRecordBytes(key: Uint8Array | undefined, value: Uint8Array): number {
  return 12 + (key?.length ?? 0) + value.length;
}

/**
 * Writes one record of format `keyed`, without headers, to `target` at `at` and returns the position after it.
 *
 * @throws {RangeError} When the target has no room.
 */
export function writeKeyedRecord(
  key: Uint8Array | undefined,
  value: Uint8Array,
  target: Uint8Array,
  at: number,
): number {
  const bytes = keyedRecordBytes(key, value);
  if (at + bytes > target.length) {
    throw new RangeError(`Cannot write a record of ${bytes} bytes: ${target.length - at} are left`);
  }
  at = writeLength(bytes - 4, target, at);
  at = writeLength(key?.length ?? absentLength, target, at);
  if (key !== undefined) {
    target.set(key, at);
    at += key.length;
  }
  at = writeLength(value.length, target, at);
  target.set(value, at);
  return at + value.length;
}

/**
 * Frames records with keys and headers as a block of format `keyed`.
 *
 * @example
 * ```ts
 * import { keyedBlock } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const text = (value: string) => new TextEncoder().encode(value);
 * const block = keyedBlock([{ key: text("k"), value: text("v"), headers: [["h", text("1")]] }]);
 * assert.deepEqual([block.records, block.data.length], [1, 24]);
 * ```
 */
export function keyedBlock(records: readonly KeyedRecord[]): RecordBlock {
  const parts: Uint8Array[] = [];
  for (const { key, value, headers = [] } of records) {
    const pairs = headers.flatMap(([name, content]) => [encoder.encode(name), content]);
    const fields = [key, value, ...pairs];
    const bytes = fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 0);
    const part = new Uint8Array(4 + bytes);
    let at = writeLength(bytes, part, 0);
    for (const field of fields) {
      at = writeLength(field?.length ?? absentLength, part, at);
      if (field === undefined) continue;
      part.set(field, at);
      at += field.length;
    }
    parts.push(part);
  }
  const data = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, records: records.length };
}

/** Reads the big-endian length at `at`, as an unsigned number. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) >>> 0;
}

/** Maximum bytes of a block, exclusive. */
export const maxBlockBytes: number = 2 ** 27;

/**
 * Length of the longest frame of a block, 0 for an empty one; undefined when the frames do not fill the block exactly,
 * are not as many as it says, or the block is too large.
 */
export function longestFrame(
  { data, records }: RecordBlock,
  format: RecordFormat,
): number | undefined {
  if (data.length >= maxBlockBytes) return undefined;
  let at = 0;
  let count = 0;
  let longest = 0;
  while (at + 4 <= data.length) {
    const end = at + 4 + readLength(data, at);
    if (end > data.length) return undefined;
    if (format === "keyed" && !isKeyedRecord(data, at + 4, end)) return undefined;
    if (end - at > longest) longest = end - at;
    at = end;
    count++;
  }
  return at === data.length && count === records ? longest : undefined;
}

/** Whether key, value and whole headers fill `data[at, end)` exactly. */
function isKeyedRecord(data: Uint8Array, at: number, end: number): boolean {
  let fields = 0;
  for (; at + 4 <= end; fields++) {
    const length = readLength(data, at);
    at += 4;
    const mayBeAbsent = fields < 2 || fields % 2 === 1;
    if (length !== absentLength) at += length;
    else if (!mayBeAbsent) return false;
  }
  return at === end && fields >= 2 && fields % 2 === 0;
}

function writeLength(length: number, target: Uint8Array, at: number): number {
  target[at] = length >>> 24;
  target[at + 1] = length >>> 16;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  return at + 4;
}
