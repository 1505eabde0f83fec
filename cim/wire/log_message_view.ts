import { follow, isInside, viewOf, vtableOf } from "./_table.ts";
import type { WireFault } from "./wire_fault.ts";

/**
 * Verified view of one LogMessage, straight on the bytes it arrived in.
 *
 * One view is made once and read into again and again: {@linkcode LogMessageView.read} copies and
 * allocates nothing, never throws whatever the bytes are, and looks at a fixed number of them. After
 * it returned `undefined` the three parts are `buffer[idStart, idEnd)`, `buffer[nameStart, nameEnd)`
 * and `buffer[payloadStart, payloadEnd)`; an absent part is empty. After a fault the positions mean
 * nothing. The payload is bytes: it may be invalid UTF-8.
 *
 * @example
 * ```ts
 * import { buildLogMessage, LogMessageView } from "./mod.ts";
 *
 * const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
 * const view = new LogMessageView();
 * if (view.read(bytes, 0, bytes.length) !== undefined) throw new Error("not a LogMessage");
 * console.assert(view.payloadEnd - view.payloadStart === 5);
 * ```
 */
export class LogMessageView {
  /** Bytes the view was last read from. */
  buffer: Uint8Array = new Uint8Array(0);
  /** The same bytes as numbers. */
  data: DataView = viewOf(this.buffer);
  /** First byte of the container's id. */
  idStart = 0;
  /** End of the container's id. */
  idEnd = 0;
  /** First byte of the container's name. */
  nameStart = 0;
  /** End of the container's name. */
  nameEnd = 0;
  /** First byte of the logged text. */
  payloadStart = 0;
  /** End of the logged text. */
  payloadEnd = 0;

  /** Checks `buffer[start, end)` and locates its parts; returns why it is no LogMessage, if so. */
  read(buffer: Uint8Array, start: number, end: number): WireFault | undefined {
    // Messages mostly come in one read buffer after another, so one view serves many of them.
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
    // Written out, one slot after the other: helpers shared with events take twice the time here.
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
