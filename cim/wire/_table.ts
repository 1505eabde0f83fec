/*
 * The part of the FlatBuffers format that this contract uses (little-endian, no size prefix, no identifier):
 *
 *   payload := root:u32 ... table          root is relative to the payload's first byte
 *   table   := toVtable:i32 field*         vtable = table - toVtable, before or behind the table
 *   vtable  := size:u16 tableSize:u16 (fieldOffset:u16)*     0 = absent, else relative to the table
 *   string  := length:u32 byte* [NUL]      reached through an offset relative to the slot holding it
 *   vector  := count:u32 offset:u32*       each offset relative to its own position
 *
 * Offsets are read as signed 32-bit integers: a payload is far smaller than 2 GiB, so a negative offset is out of
 * range, and all arithmetic uses small integers. Offsets to strings, vectors and tables must point behind the slot
 * that holds them: every builder writes them so, and it makes a cycle impossible.
 */

/** Bytes of a vtable before its first slot. */
const vtableHeadBytes = 4;

/** Result for a field that is absent in its table. */
export const absent = 0;
/** Result for a position outside the payload. */
export const outside = -1;

/** Target of the forward offset at `at`; {@linkcode outside} unless 4 bytes follow there. */
export function follow(data: DataView, at: number, end: number): number {
  const offset = data.getInt32(at, true);
  return offset < 4 || offset > end - at - 4 ? outside : at + offset;
}

/**
 * Position of the string that the slot at `at` refers to, or {@linkcode outside}; its length is the 4 bytes before
 * it.
 */
export function followText(data: DataView, at: number, end: number): number {
  const head = follow(data, at, end);
  if (head < 0) return outside;
  const length = data.getInt32(head, true);
  return length < 0 || length > end - head - 4 ? outside : head + 4;
}

/** End (exclusive) of the string at `start`, as found by {@linkcode followText}. */
export function textEnd(data: DataView, start: number): number {
  return start + data.getInt32(start - 4, true);
}

/** Position of the vtable of the table at `table`, or {@linkcode outside}; needs 4 bytes at `table`. */
export function vtableOf(data: DataView, table: number, start: number, end: number): number {
  const vtable = table - data.getInt32(table, true);
  if (vtable < start + 4 || vtable > end - vtableHeadBytes) return outside;
  const size = data.getUint16(vtable, true);
  const isSound = size >= vtableHeadBytes && (size & 1) === 0 && size <= end - vtable;
  return isSound ? vtable : outside;
}

/** Whether the table that the vtable describes ends before `end`. */
export function isInside(data: DataView, table: number, vtable: number, end: number): boolean {
  const size = data.getUint16(vtable + 2, true);
  return size >= 4 && size <= end - table;
}

/**
 * Position of the field of `width` bytes in `slot` of a table for which {@linkcode isInside} holds;
 * {@linkcode absent} when the table does not have it, {@linkcode outside} when it lies outside the table.
 */
export function fieldOf(
  data: DataView,
  table: number,
  vtable: number,
  slot: number,
  width: number,
): number {
  const entry = vtableHeadBytes + 2 * slot;
  if (entry >= data.getUint16(vtable, true)) return absent;
  const offset = data.getUint16(vtable + entry, true);
  if (offset === 0) return absent;
  return offset < 4 || offset + width > data.getUint16(vtable + 2, true) ? outside : table + offset;
}

/** View of `buffer` for reading numbers. */
export function viewOf(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
