/**
 * A block in memory, in the form in which it is written.
 *
 * @module
 */
import type { BufferPool } from "./_buffer_pool.ts";
import { crc32 } from "./_crc32.ts";
import { headerBytes, writeHeader } from "./_format.ts";
import type { SpoolBlock } from "./options.ts";

/** What becomes of the `append` of an entry. */
export type EntryOutcome = (isDurable: boolean) => void;

/** A block in memory. */
export class Entry implements SpoolBlock {
  readonly data: Uint8Array;
  readonly records: number;
  readonly position: number;
  readonly appendedMs: number;
  /** Header and data; undefined for a block that was read from the disk. */
  readonly buffer: Uint8Array | undefined;
  readonly #memory: Uint8Array;
  /** CRC-32 of the data; 0 for a block that was read from the disk. */
  checksum = 0;
  /** Whether a new segment begins with it. */
  startsSegment = false;
  /** Whether it is on the disk as the durability asks. */
  isWritten = false;
  /** Whether its consumer has settled it. */
  isSettled = false;
  /** Whether its memory was given back to the pool, so that its data is no longer valid. */
  isRecycled = false;
  /** Called once, with the outcome of its `append`. */
  onOutcome: EntryOutcome | undefined;

  /** Creates an entry; the data is not copied. Its memory is of the pool. */
  constructor(
    place: { position: number; records: number; appendedMs: number },
    data: Uint8Array,
    buffer?: Uint8Array,
  ) {
    this.position = place.position;
    this.records = place.records;
    this.appendedMs = place.appendedMs;
    this.data = data;
    this.buffer = buffer;
    this.#memory = buffer ?? data;
  }

  /** Bytes in a segment. */
  get bytes(): number {
    return headerBytes + this.data.length;
  }

  /** Number of the first record after it. */
  get end(): number {
    return this.position + this.records;
  }

  /** Gives the memory back when neither the consumer nor a write needs it any more. */
  recycle(buffers: BufferPool): void {
    if (this.isRecycled) return;
    this.isRecycled = true;
    buffers.give(this.#memory);
  }

  /** Reports the outcome, the first time. */
  resolve(isDurable: boolean): void {
    const { onOutcome } = this;
    this.onOutcome = undefined;
    onOutcome?.(isDurable);
  }
}

/** Copies data behind the space for its header, to a buffer of that length. */
export function copyWithHeader(
  buffer: Uint8Array,
  data: Uint8Array,
  place: { position: number; records: number; appendedMs: number },
): Entry {
  buffer.set(data, headerBytes);
  const entry = new Entry(place, buffer.subarray(headerBytes), buffer);
  // Now, while the block before is being written, and not when its own write begins.
  entry.checksum = crc32(entry.data);
  return entry;
}

/** Writes the header of an entry for the segment with this salt; returns header and data. */
export function encode(entry: Entry, salt: number): Uint8Array {
  const { buffer, data, records, position, appendedMs, checksum } = entry;
  if (buffer === undefined) throw new TypeError("Cannot write a block that was read from the disk");
  writeHeader(buffer, salt, {
    isTrailer: false,
    length: data.length,
    records,
    position,
    appendedMs,
    checksum,
  });
  return buffer;
}
