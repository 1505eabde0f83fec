import type { WireFault } from "./wire_fault.ts";

/*
 * FlatBuffers, as far as this contract needs it (little-endian, no size prefix, no identifier):
 *
 *   payload := root:u32 ... table          root is relative to the payload's first byte
 *   table   := toVtable:i32 field*         vtable = table - toVtable, before or behind the table
 *   vtable  := size:u16 tableSize:u16 (fieldOffset:u16)*     0 = absent, else relative to the table
 *   string  := length:u32 byte* [NUL]      reached through an offset relative to the slot holding it
 *   vector  := count:u32 offset:u32*       each offset relative to its own position
 *
 * Offsets are read as signed 32-bit integers: a payload is far smaller than 2 GiB, so whatever is
 * negative is out of range, and all arithmetic stays in small integers. Offsets to strings, vectors
 * and tables must lead forward past the slot that holds them, which is what every builder writes and
 * what makes a cycle impossible.
 */

/** First slot of a vtable, in bytes. */
const VTABLE_HEAD = 4;

export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

export function readI32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** Position that the forward offset at `at` leads to with room for 4 more bytes, or -1. */
export function follow(bytes: Uint8Array, at: number, end: number): number {
  const offset = readI32(bytes, at);
  return offset < 4 || offset > end - at - 4 ? -1 : at + offset;
}

/** First byte of the string that the slot at `at` refers to, or -1; its length stands 4 bytes before. */
export function followText(bytes: Uint8Array, at: number, end: number): number {
  const head = follow(bytes, at, end);
  if (head < 0) return -1;
  const length = readI32(bytes, head);
  return length < 0 || length > end - head - 4 ? -1 : head + 4;
}

/** Last byte plus one of the string that starts at `start`, as found by {@linkcode followText}. */
export function textEnd(bytes: Uint8Array, start: number): number {
  return start + readI32(bytes, start - 4);
}

/**
 * Cursor over one table; reused, so that checking a payload allocates nothing. `open` proves vtable
 * and table to lie inside the payload, `field` proves a field to lie inside the table.
 */
export class Table {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #size = 0;
  #vtable = 0;
  #vtableSize = 0;

  /** Opens the root table of the payload `bytes[start, end)`. */
  openRoot(bytes: Uint8Array, start: number, end: number): WireFault | undefined {
    if (end - start < 8) return "too_short";
    const root = follow(bytes, start, end);
    return root < 0 ? "bad_root" : this.open(bytes, root, start, end);
  }

  /** Opens the table at `at`, which has at least 4 bytes before `end`. */
  open(bytes: Uint8Array, at: number, start: number, end: number): WireFault | undefined {
    const vtable = at - readI32(bytes, at);
    if (vtable < start + 4 || vtable > end - VTABLE_HEAD) return "bad_vtable";
    const vtableSize = readU16(bytes, vtable);
    if (vtableSize < VTABLE_HEAD || (vtableSize & 1) !== 0 || vtableSize > end - vtable) {
      return "bad_vtable";
    }
    const size = readU16(bytes, vtable + 2);
    if (size < 4 || size > end - at) return "bad_table";
    this.#bytes = bytes;
    this.#at = at;
    this.#size = size;
    this.#vtable = vtable;
    this.#vtableSize = vtableSize;
    return undefined;
  }

  /** Position of the field of `width` bytes in `slot`, 0 when absent, -1 when outside the table. */
  field(slot: number, width: number): number {
    const entry = VTABLE_HEAD + 2 * slot;
    if (entry >= this.#vtableSize) return 0;
    const offset = readU16(this.#bytes, this.#vtable + entry);
    if (offset === 0) return 0;
    return offset < 4 || offset + width > this.#size ? -1 : this.#at + offset;
  }
}
