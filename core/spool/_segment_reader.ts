/**
 * Reads the blocks of one segment in order, and finds the next good block after damage.
 *
 * @module
 */
import { crc32 } from "./_crc32.ts";
import { type Header, headerBytes, magicByte, preamble, readHeader } from "./_format.ts";
import type { SpoolDamage } from "./events.ts";
import type { SpoolFile } from "./fs.ts";

/** What the reader comes across. */
export type Found =
  | {
    readonly kind: "block";
    readonly header: Header;
    readonly data: Uint8Array;
    readonly end: number;
  }
  | {
    readonly kind: "bad";
    readonly reason: SpoolDamage;
    /** Offsets of the bad region. */
    readonly from: number;
    readonly to: number;
    /** Header of the block, if that is good. */
    readonly header?: Header;
  };

const chunkBytes = 64 * 1024;

/**
 * Longest damage behind which a good block is looked for, in bytes: four segments of the usual size. A file that grew
 * by more, by a mistake or by a fault of the disk, must not hold up the start.
 */
export const maxSearchBytes: number = 64 * 1024 * 1024;

/** Reads one segment forwards. */
export class SegmentReader {
  readonly #file: SpoolFile;
  readonly #salt: number;
  readonly #size: () => number;
  readonly #allocate: (length: number) => Uint8Array;
  readonly #chunk = new Uint8Array(chunkBytes);
  /** The part of the chunk that was read and not consumed; its first byte is at `offset` of the file. */
  #start = 0;
  #end = 0;
  #offset = 0;

  /** `size` returns up to which offset the file is written, `allocate` memory for the data of a block. */
  constructor(
    file: SpoolFile,
    salt: number,
    size: () => number,
    allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
  ) {
    this.#allocate = allocate;
    this.#file = file;
    this.#salt = salt;
    this.#size = size;
  }

  /** Offset of the next header. */
  get offset(): number {
    return this.#offset;
  }

  /** Reads the first bytes of the file; returns whether they are those of a segment. */
  async readPreamble(): Promise<boolean> {
    if (!await this.#fill(preamble.length)) return false;
    const start = this.#chunk.subarray(this.#start, this.#start + preamble.length);
    const isGood = start.every((byte, at) => byte === preamble[at]);
    this.#consume(preamble.length);
    return isGood;
  }

  /** The next block with a record from number `from` on; undefined at the end. */
  async next(from: number): Promise<Found | undefined> {
    for (;;) {
      const at = this.#offset;
      const size = this.#size();
      if (at >= size) return undefined;
      if (!await this.#fill(headerBytes)) return this.#badToEnd(at, "torn");
      const header = readHeader(this.#chunk.subarray(this.#start, this.#end), this.#salt);
      if (header === undefined) return await this.#findNext(at);
      const end = at + headerBytes + header.length;
      if (end > size) return this.#badToEnd(at, "torn", header);
      this.#consume(headerBytes);
      if (header.isTrailer) continue;
      if (header.position + header.records <= from) {
        await this.#skip(header.length);
        continue;
      }
      const data = await this.#readData(header.length);
      if (data === undefined) return this.#badToEnd(at, "torn", header);
      if (crc32(data) !== header.checksum) {
        return { kind: "bad", reason: "checksum", from: at, to: end, header };
      }
      return { kind: "block", header, data, end };
    }
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }

  #badToEnd(from: number, reason: SpoolDamage, header?: Header): Found {
    const to = Math.max(this.#size(), from);
    this.#start = this.#end = 0;
    this.#offset = to;
    return { kind: "bad", reason, from, to, header };
  }

  /** Looks for the next valid header behind a bad one. */
  async #findNext(from: number): Promise<Found> {
    for (;;) {
      this.#consume(1);
      if (this.#offset - from > maxSearchBytes || !await this.#fill(headerBytes)) {
        return this.#badToEnd(from, "header");
      }
      const at = this.#chunk.subarray(0, this.#end).indexOf(magicByte, this.#start);
      // Without a candidate, everything read so far is part of the bad region.
      if (at < 0) {
        this.#consume(this.#end - this.#start - 1);
        continue;
      }
      this.#consume(at - this.#start);
      if (!await this.#fill(headerBytes)) return this.#badToEnd(from, "header");
      if (readHeader(this.#chunk.subarray(this.#start, this.#end), this.#salt)) {
        return { kind: "bad", reason: "header", from, to: this.#offset };
      }
    }
  }

  #consume(count: number): void {
    this.#start += count;
    this.#offset += count;
  }

  /** Makes `count` bytes available in the chunk; returns false when the file ends before. */
  async #fill(count: number): Promise<boolean> {
    if (this.#end - this.#start >= count) return true;
    this.#chunk.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    while (this.#end < count) {
      const room = Math.min(chunkBytes - this.#end, this.#size() - this.#offset - this.#end);
      if (room <= 0) return false;
      const read = await this.#file.read(this.#chunk.subarray(this.#end, this.#end + room));
      if (read === 0) return false;
      this.#end += read;
    }
    return true;
  }

  /** The next bytes; undefined when the file ends before. */
  async #readData(length: number): Promise<Uint8Array | undefined> {
    const buffered = Math.min(length, this.#end - this.#start);
    const left = this.#size() - this.#offset - length;
    // The header behind the data is read with it, so a large block needs one read.
    const ahead = buffered < length ? Math.max(0, Math.min(headerBytes, left)) : 0;
    const target = this.#allocate(length + ahead);
    target.set(this.#chunk.subarray(this.#start, this.#start + buffered));
    this.#consume(buffered);
    let filled = buffered;
    while (filled < length) {
      const count = await this.#file.read(target.subarray(filled));
      if (count === 0) return undefined;
      filled += count;
    }
    if (buffered < length) {
      this.#chunk.set(target.subarray(length, filled));
      this.#start = 0;
      this.#end = filled - length;
      this.#offset += length - buffered;
    }
    return ahead > 0 ? target.subarray(0, length) : target;
  }

  async #skip(count: number): Promise<void> {
    const buffered = Math.min(count, this.#end - this.#start);
    this.#consume(buffered);
    if (buffered === count) return;
    this.#start = this.#end = 0;
    this.#offset += count - buffered;
    await this.#file.seek(this.#offset);
  }
}
