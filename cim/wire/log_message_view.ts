import { follow, isInside, viewOf, vtableOf } from "./_table.ts";
import type { WireFault } from "./wire_fault.ts";

/**
 * Verified view of one LogMessage in the buffer in which it was received.
 *
 * One view is reused for many messages: {@linkcode LogMessageView.read} copies and allocates nothing, never throws,
 * whatever the bytes are, and examines a fixed number of them. After it returned `undefined` the three parts are
 * `buffer[idStart, idEnd)`, `buffer[nameStart, nameEnd)` and `buffer[payloadStart, payloadEnd)`; an absent part is
 * empty. After a fault the positions are undefined. The payload may be invalid UTF-8.
 *
 * @example
 * ```ts
 * import { LogMessageView } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A LogMessage of container amf with id c1 and payload "hello".
 * const bytes = Uint8Array.fromHex(
 *   "1000000000000a0010000c00080004000a0000000c00000014000000180000000500000068656c6c6f" +
 *   "00000003000000616d66000200000063310000",
 * );
 * const view = new LogMessageView();
 * assert.equal(view.read(bytes, 0, bytes.length), undefined);
 * assert.equal(view.payloadEnd - view.payloadStart, 5);
 * ```
 */
export class LogMessageView {
  /** Bytes the view was last read from. */
  buffer: Uint8Array = new Uint8Array(0);
  /** View of the same bytes for reading numbers. */
  data: DataView = viewOf(this.buffer);
  /** Start of the container id. */
  idStart = 0;
  /** End of the container id. */
  idEnd = 0;
  /** Start of the container name. */
  nameStart = 0;
  /** End of the container name. */
  nameEnd = 0;
  /** Start of the logged text. */
  payloadStart = 0;
  /** End of the logged text. */
  payloadEnd = 0;

  /** Verifies the LogMessage in `buffer[start, end)` and locates its parts; returns the fault of an invalid one. */
  read(buffer: Uint8Array, start: number, end: number): WireFault | undefined {
    // Many messages share one read buffer, so the DataView is seldom created.
    if (buffer !== this.buffer) {
      this.buffer = buffer;
      this.data = viewOf(buffer);
    }
    const data = this.data;
    if (end - start < 8) return "too_short";
    const table = follow(data, start, end);
    if (table < 0) return "bad_root";
    const vtable = vtableOf(data, table, start, end);
    if (vtable < 0) return "bad_vtable";
    if (!isInside(data, table, vtable, end)) return "bad_table";
    // Inlined on purpose: the helpers that events use take twice the time here.
    const tableSize = data.getUint16(vtable + 2, true);
    const slots = (data.getUint16(vtable, true) - 4) >> 1;
    for (let slot = 0; slot < 3; slot++) {
      const offset = slot < slots ? data.getUint16(vtable + 4 + 2 * slot, true) : 0;
      let from = 0;
      let to = 0;
      if (offset !== 0) {
        if (offset < 4 || offset + 4 > tableSize) return "bad_field";
        const head = follow(data, table + offset, end);
        if (head < 0) return "bad_text";
        const length = data.getInt32(head, true);
        if (length < 0 || length > end - head - 4) return "bad_text";
        from = head + 4;
        to = from + length;
      }
      if (slot === 0) {
        this.idStart = from;
        this.idEnd = to;
      } else if (slot === 1) {
        this.nameStart = from;
        this.nameEnd = to;
      } else {
        this.payloadStart = from;
        this.payloadEnd = to;
      }
    }
    return undefined;
  }
}
