/**
 * The bytes of a segment: names, headers and their checksums. All numbers are little-endian; module comment of
 * `mod.ts` has the layout.
 *
 * @module
 */
import { crc32 } from "./_crc32.ts";
import type { SpoolFile } from "./fs.ts";

/** Bytes at the start of a segment that say what the file is. */
export const preamble: Uint8Array<ArrayBuffer> = new TextEncoder().encode("spool segment 1\n");
/** Bytes of the header before each block, and of the trailer of a segment. */
export const headerBytes = 40;
/** Bytes of a segment besides its blocks: preamble and trailer. */
export const segmentOverhead: number = preamble.length + headerBytes;

const blockMagic = 0x31_42_50_53; // "SPB1"
const trailerMagic = 0x31_45_50_53; // "SPE1"
/** First byte of both magic numbers. */
export const magicByte = 0x53;
const checkedBytes = headerBytes - 4;

/** What a header says. */
export interface Header {
  readonly isTrailer: boolean;
  /** Bytes of data that follow. */
  readonly length: number;
  readonly records: number;
  /** Number of the first record; of a trailer: of the first record after the segment. */
  readonly position: number;
  readonly appendedMs: number;
  /** CRC-32 of the data. */
  readonly checksum: number;
}

/** Writes a header to the first bytes of `target`. */
export function writeHeader(target: Uint8Array, salt: number, header: Header): void {
  const view = new DataView(target.buffer, target.byteOffset, headerBytes);
  view.setUint32(0, header.isTrailer ? trailerMagic : blockMagic, true);
  view.setUint32(4, salt, true);
  view.setUint32(8, header.length, true);
  view.setUint32(12, header.records, true);
  writeNumber(view, 16, header.position);
  writeNumber(view, 24, header.appendedMs);
  view.setUint32(32, header.checksum, true);
  view.setUint32(checkedBytes, crc32(target.subarray(0, checkedBytes)), true);
}

/** Reads the header at the first bytes of `source`; undefined when it is none of this segment, or damaged. */
export function readHeader(source: Uint8Array, salt: number): Header | undefined {
  if (source.length < headerBytes) return undefined;
  const view = new DataView(source.buffer, source.byteOffset, headerBytes);
  const magic = view.getUint32(0, true);
  if (magic !== blockMagic && magic !== trailerMagic) return undefined;
  if (view.getUint32(4, true) !== salt) return undefined;
  if (view.getUint32(checkedBytes, true) !== crc32(source.subarray(0, checkedBytes))) {
    return undefined;
  }
  return {
    isTrailer: magic === trailerMagic,
    length: view.getUint32(8, true),
    records: view.getUint32(12, true),
    position: readNumber(view, 16),
    appendedMs: readNumber(view, 24),
    checksum: view.getUint32(32, true),
  };
}

/** The trailer that seals a segment. */
export function trailer(salt: number, end: number, appendedMs: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes);
  const header = { isTrailer: true, length: 0, records: 0, position: end, appendedMs, checksum: 0 };
  writeHeader(bytes, salt, header);
  return bytes;
}

/** Writes an integer below 2^53 as 64 bits. */
export function writeNumber(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
}

/** Reads an integer of 64 bits; larger ones than 2^53 lose their last digits. */
export function readNumber(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
}

const namePattern = /^([0-9a-f]{14})-([0-9a-f]{8})\.segment$/;

/** Name of the segment whose first record has this number. */
export function segmentName(first: number, salt: number): string {
  return `${first.toString(16).padStart(14, "0")}-${salt.toString(16).padStart(8, "0")}.segment`;
}

/** First record and salt in the name of a segment; undefined for another file. */
export function parseSegmentName(name: string): { first: number; salt: number } | undefined {
  const match = namePattern.exec(name);
  if (match === null) return undefined;
  const first = Number.parseInt(match[1], 16);
  return Number.isSafeInteger(first) ? { first, salt: Number.parseInt(match[2], 16) } : undefined;
}

/** Writes all of `data`. */
export async function writeFully(file: SpoolFile, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += await file.write(at === 0 ? data : data.subarray(at));
}
