/**
 * Encodes record batches (format v2) as bytes into one reused buffer.
 *
 * ```
 * batch  = i64 base offset, i32 length of the rest, i32 leader epoch, i8 magic = 2, u32 CRC-32C of the rest,
 *          i16 attributes (compression), i32 last offset delta, i64 first timestamp, i64 last timestamp,
 *          i64 producer id, i16 producer epoch, i32 first sequence, i32 records, { record } (compressed as a whole)
 * record = varint length of the rest, i8 attributes, varint timestamp delta, varint offset delta,
 *          varint key length, key, varint value length, value, varint headers, { varint, name, varint, value }
 * ```
 *
 * The buffer holds the batch in front and a copy of the blocks behind it: copying a record inside one buffer needs no
 * view per record.
 *
 * @module
 */
import { crc32c } from "./_crc32c.ts";
import { partitionOfRange } from "./partition.ts";
import { absentLength, readLength, type RecordBlock, type RecordFormat } from "./record_block.ts";

/** Bytes of a batch before its records. */
export const batchHeaderBytes = 61;

/** Upper bound of the bytes that a record needs beside its frame. */
const maxRecordOverhead = 32;

/** A buffer larger than this is not kept for the next block. */
const maxKeptBytes = 8 * 1024 * 1024;

/** Who produces a batch; for a producer that is not idempotent both numbers are -1. */
export interface BatchOrigin {
  readonly producerId: bigint;
  readonly epoch: number;
  /** Sequence number of the first record in its partition; -1 for a producer that is not idempotent. */
  readonly sequence: number;
}

/** Position of a record in a block. */
export interface Cursor {
  /** Position of its frame. */
  readonly at: number;
  /** Its number, from 0. */
  readonly index: number;
}

/** Records that belong to one batch. */
export interface BatchRange {
  /** Position of the first record. */
  readonly first: Cursor;
  /** Position after the last record that was looked at. */
  readonly to: Cursor;
  /** Records in the batch. */
  readonly records: number;
  /** Bytes of the encoded records, not compressed. */
  readonly bytes: number;
}

/** Limits of one batch. */
export interface RangeLimits {
  /** Maximum bytes of the batch, not compressed; one record alone may exceed it. */
  readonly maxBytes: number;
  readonly maxRecords?: number;
  /** Position in the blocks at which it ends at the latest. Default: their end. */
  readonly end?: number;
  /** Takes only records of this partition; the others are passed over. */
  readonly partition?: number;
}

/** Encodes the batches of some blocks, as if these were one. */
export class BatchEncoder {
  readonly #format: RecordFormat;
  #buffer = new Uint8Array(0);
  #view = new DataView(this.#buffer.buffer);
  /** Position of the copy of the blocks in the buffer. */
  #base = 0;
  #blockBytes = 0;
  #partitions: Int32Array | undefined;
  #end = 0;

  constructor(format: RecordFormat) {
    this.#format = format;
  }

  /**
   * Copies well-framed blocks. A batch will have at most `maxBatchBytes`, or a single record; `longestFrame` is the
   * length of the longest one.
   */
  load(blocks: readonly RecordBlock[], maxBatchBytes: number, longestFrame: number): void {
    const bytes = totalBytes(blocks);
    const room = batchHeaderBytes + maxRecordOverhead + Math.max(maxBatchBytes, longestFrame);
    const wanted = room + bytes;
    if (wanted > this.#buffer.length) {
      this.#buffer = new Uint8Array(wanted);
      this.#view = new DataView(this.#buffer.buffer);
    }
    this.#base = room;
    this.#blockBytes = bytes;
    this.#partitions = undefined;
    let at = room;
    for (const { data } of blocks) {
      this.#buffer.set(data, at);
      at += data.length;
    }
  }

  /** Whether the loaded blocks have the bytes of these. */
  holds(blocks: readonly RecordBlock[]): boolean {
    if (totalBytes(blocks) !== this.#blockBytes) return false;
    const buffer = this.#buffer;
    let base = this.#base;
    for (const { data } of blocks) {
      for (let at = 0; at < data.length; at++) if (data[at] !== buffer[base + at]) return false;
      base += data.length;
    }
    return true;
  }

  /** Releases a very large buffer. Call it when the blocks are done. */
  unload(): void {
    if (this.#buffer.length <= maxKeptBytes) return;
    this.#buffer = new Uint8Array(0);
    this.#view = new DataView(this.#buffer.buffer);
    this.#blockBytes = 0;
  }

  /** Assigns each record to a partition by its key, those without a key to `keyless`. Returns the partitions. */
  assign(records: number, partitions: number, keyless: number): Set<number> {
    if (partitions === 1) {
      this.#partitions = undefined;
      return new Set([0]);
    }
    const found = new Set<number>();
    let last = -1;
    const assigned = new Int32Array(records);
    const buffer = this.#buffer;
    let at = this.#base;
    for (let index = 0; index < records; index++) {
      const next = at + 4 + readLength(buffer, at);
      const length = readLength(buffer, at + 4);
      const partition = length === absentLength
        ? keyless
        : partitionOfRange(buffer, at + 8, at + 8 + length, partitions);
      assigned[index] = partition;
      if (partition !== last) found.add(last = partition);
      at = next;
    }
    this.#partitions = assigned;
    return found;
  }

  /** Encodes as many records, beginning at `from`, as the limits allow. Undefined when none is left. */
  fill(
    from: Cursor,
    { maxBytes, maxRecords = Infinity, end = this.#blockBytes, partition }: RangeLimits,
  ): BatchRange | undefined {
    const buffer = this.#buffer;
    const blockEnd = this.#base + Math.min(end, this.#blockBytes);
    const partitions = partition === undefined ? undefined : this.#partitions;
    let source = this.#base + from.at;
    let index = from.index;
    let first = from;
    let target = batchHeaderBytes;
    let records = 0;
    while (source < blockEnd && records < maxRecords) {
      const next = source + 4 + readLength(buffer, source);
      if (partitions === undefined || partitions[index] === partition) {
        // An upper bound, so that no record is encoded in vain: a varint of a length below 2^27 has no more bytes
        // than the length of its frame.
        const largest = target + (next - source) + maxRecordOverhead;
        if (records > 0 && largest > maxBytes) break;
        if (records === 0) first = { at: source - this.#base, index };
        target = this.#format === "value"
          ? this.#writeValue(source + 4, next, records, target)
          : this.#writeKeyed(source + 4, next, records, target);
        records++;
      }
      source = next;
      index++;
    }
    if (records === 0) return undefined;
    this.#end = target;
    const to = { at: source - this.#base, index };
    return { first, to, records, bytes: target - batchHeaderBytes };
  }

  /** The encoded records of the last {@linkcode BatchEncoder.fill}. */
  get recordBytes(): Uint8Array {
    return this.#buffer.subarray(batchHeaderBytes, this.#end);
  }

  /**
   * Completes the batch of the last {@linkcode BatchEncoder.fill} and returns a view of it, which is valid until the
   * next call of this encoder.
   */
  seal(
    range: BatchRange,
    { producerId, epoch, sequence }: BatchOrigin,
    timestampMs: number,
    { codec = 0, compressed }: { codec?: number; compressed?: Uint8Array } = {},
  ): Uint8Array {
    let batch = this.#buffer;
    let view = this.#view;
    let end = this.#end;
    if (compressed !== undefined) {
      // Kept apart from the records, which another attempt may need to compress again.
      end = batchHeaderBytes + compressed.length;
      batch = new Uint8Array(end);
      view = new DataView(batch.buffer);
      batch.set(compressed, batchHeaderBytes);
    }
    view.setBigInt64(0, 0n);
    view.setInt32(8, end - 12);
    view.setInt32(12, -1);
    view.setInt8(16, 2);
    view.setInt16(21, codec);
    view.setInt32(23, range.records - 1);
    view.setBigInt64(27, BigInt(timestampMs));
    view.setBigInt64(35, BigInt(timestampMs));
    view.setBigInt64(43, producerId);
    view.setInt16(51, epoch);
    view.setInt32(53, sequence);
    view.setInt32(57, range.records);
    view.setUint32(17, crc32c(view, 21, end));
    return batch.subarray(0, end);
  }

  /** A copy of the frame at a position, without its length: what a rejected record is reported with. */
  record({ at }: Cursor): Uint8Array {
    const start = this.#base + at;
    return this.#buffer.slice(start + 4, start + 4 + readLength(this.#buffer, start));
  }

  #writeValue(start: number, end: number, offset: number, target: number): number {
    const buffer = this.#buffer;
    const length = end - start;
    // Attributes, timestamp delta, key length -1 and the number of headers take one byte each.
    const bytes = 4 + varintBytes(offset) + varintBytes(length) + length;
    target = writeVarint(bytes, buffer, target);
    buffer[target++] = 0;
    buffer[target++] = 0;
    target = writeVarint(offset, buffer, target);
    buffer[target++] = 1;
    target = writeVarint(length, buffer, target);
    buffer.copyWithin(target, start, end);
    target += length;
    buffer[target++] = 0;
    return target;
  }

  #writeKeyed(start: number, end: number, offset: number, target: number): number {
    const buffer = this.#buffer;
    let bytes = 2 + varintBytes(offset);
    let fields = 0;
    for (let at = start; at < end; fields++) {
      const length = readLength(buffer, at);
      at += 4;
      bytes += length === absentLength ? 1 : varintBytes(length) + length;
      if (length !== absentLength) at += length;
    }
    const headers = (fields - 2) / 2;
    target = writeVarint(bytes + varintBytes(headers), buffer, target);
    buffer[target++] = 0;
    buffer[target++] = 0;
    target = writeVarint(offset, buffer, target);
    let at = start;
    for (let field = 0; field < fields; field++) {
      if (field === 2) target = writeVarint(headers, buffer, target);
      const length = readLength(buffer, at);
      at += 4;
      if (length === absentLength) {
        buffer[target++] = 1;
        continue;
      }
      target = writeVarint(length, buffer, target);
      buffer.copyWithin(target, at, at + length);
      target += length;
      at += length;
    }
    if (headers === 0) buffer[target++] = 0;
    return target;
  }
}

function totalBytes(blocks: readonly RecordBlock[]): number {
  let bytes = 0;
  for (const { data } of blocks) bytes += data.length;
  return bytes;
}

/** Bytes of a number of at least 0 as a zigzag varint. */
function varintBytes(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x10_0000) return 3;
  return value < 0x800_0000 ? 4 : 5;
}

/** Writes a number of at least 0 as a zigzag varint. */
function writeVarint(value: number, target: Uint8Array, at: number): number {
  // Lengths are below 2^31, so twice the value still fits an unsigned 32-bit number.
  let rest = (value << 1) >>> 0;
  while (rest > 0x7f) {
    target[at++] = rest & 0x7f | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}
