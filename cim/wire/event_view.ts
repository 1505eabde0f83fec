import {
  absent,
  fieldOf,
  follow,
  followText,
  isInside,
  textEnd,
  viewOf,
  vtableOf,
} from "./_table.ts";
import type { WireFault } from "./wire_fault.ts";

/** Limits of an {@linkcode EventView}. */
export interface EventViewOptions {
  /** Maximum number of pairs in all vectors of one event, 1 to 1,000,000. Default 4096. */
  readonly maxPairs?: number;
  /**
   * Maximum bytes of text in one event, 1 to 2,147,483,647; a shared string counts each time it is used. Default
   * 1 MiB.
   */
  readonly maxTextBytes?: number;
}

/** Names of the five vectors of name and value pairs. */
export type PairField =
  | "managedObject"
  | "additionalInfo"
  | "thresholdInfo"
  | "stateChangeDefinition"
  | "monitoredAttributes";

/** Names of the five strings. */
export type TextField =
  | "eventName"
  | "containerId"
  | "sourceId"
  | "sourceName"
  | "eventSourceType";

/** Slot of each vector in the Event table. */
export const pairSlots: Readonly<Record<PairField, number>> = Object.freeze({
  managedObject: 3,
  additionalInfo: 4,
  thresholdInfo: 5,
  stateChangeDefinition: 6,
  monitoredAttributes: 7,
});

/** Slot of each string in the Event table. */
export const textSlots: Readonly<Record<TextField, number>> = Object.freeze({
  eventName: 0,
  containerId: 2,
  sourceId: 8,
  sourceName: 9,
  eventSourceType: 10,
});

const slotCount = 11;
const timeSlot = 1;
/** Largest absolute value of the high word for which a time is exact as a number. */
const maxSafeHigh = 0x1fffff;

/**
 * Verified view of one Event in the buffer in which it was received.
 *
 * One view is reused for many events; {@linkcode EventView.read} never throws, whatever the bytes are. Strings and
 * pairs can be shared inside a payload, so a small payload can refer to a very large amount of text: `maxPairs` and
 * `maxTextBytes` limit the size of the event after expansion. All positions are valid until the buffer changes or
 * `read` is called again.
 *
 * @example
 * ```ts
 * import { EventView } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * // An Event of name NotConfigured.
 * const bytes = Uint8Array.fromHex(
 *   "0c000000080010000c0004000800000000806e8774010000040000000d0000004e6f74436f6e66696775726564000000",
 * );
 * const view = new EventView();
 * assert.equal(view.read(bytes, 0, bytes.length), undefined);
 * assert.equal(view.eventName(), "NotConfigured");
 * ```
 */
export class EventView {
  /** Bytes the view was last read from. */
  buffer: Uint8Array = new Uint8Array(0);
  /** View of the same bytes for reading numbers. */
  data: DataView = new DataView(new ArrayBuffer(0));
  /** Low 32 bits of the event's time. */
  timeLow = 0;
  /** High 32 bits of the event's time, signed. */
  timeHigh = 0;
  /** Bytes of text in the event; a shared string counts each time it is used. */
  textBytes = 0;
  /** Number of pairs in all vectors of the event. */
  pairCount = 0;
  readonly #maxPairs: number;
  readonly #maxTextBytes: number;
  readonly #starts = new Int32Array(slotCount);
  readonly #decoder = new TextDecoder();

  /** Creates a view. @throws {RangeError} When a limit is out of range. */
  constructor(options: EventViewOptions = {}) {
    const { maxPairs = 4096, maxTextBytes = 1_048_576 } = options;
    if (!Number.isInteger(maxPairs) || maxPairs < 1 || maxPairs > 1_000_000) {
      throw new RangeError(`maxPairs must be 1 to 1000000, found ${maxPairs}`);
    }
    if (!Number.isInteger(maxTextBytes) || maxTextBytes < 1 || maxTextBytes > 0x7fffffff) {
      throw new RangeError(`maxTextBytes must be 1 to 2147483647, found ${maxTextBytes}`);
    }
    this.#maxPairs = maxPairs;
    this.#maxTextBytes = maxTextBytes;
  }

  /** Verifies the Event in `buffer[start, end)` and locates its parts; returns the fault of an invalid one. */
  read(buffer: Uint8Array, start: number, end: number): WireFault | undefined {
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
    this.textBytes = 0;
    this.pairCount = 0;
    const time = fieldOf(data, table, vtable, timeSlot, 8);
    if (time < 0) return "bad_field";
    this.timeLow = time === absent ? 0 : data.getUint32(time, true);
    this.timeHigh = time === absent ? 0 : data.getInt32(time + 4, true);
    for (let slot = 0; slot < slotCount; slot++) {
      if (slot === timeSlot) continue;
      const field = fieldOf(data, table, vtable, slot, 4);
      if (field < 0) return "bad_field";
      this.#starts[slot] = 0;
      if (field === absent) continue;
      const isVector = slot >= pairSlots.managedObject && slot <= pairSlots.monitoredAttributes;
      const fault = isVector
        ? this.#readPairs(field, slot, start, end)
        : this.#readText(field, slot, end);
      if (fault !== undefined) return fault;
    }
    return this.textBytes > this.#maxTextBytes ? "too_large" : undefined;
  }

  /** First byte of the string in `slot`, 0 when absent. */
  textStart(slot: number): number {
    return this.#starts[slot];
  }

  /** End of the string in `slot`, 0 when absent. */
  textEnd(slot: number): number {
    const start = this.#starts[slot];
    return start === 0 ? 0 : textEnd(this.data, start);
  }

  /** Position of the first element of the vector in `slot`, 0 when absent; the count is the 4 bytes before it. */
  pairsStart(slot: number): number {
    return this.#starts[slot];
  }

  /** Number of pairs of the vector in `slot`; 0 when absent or empty. */
  pairsCount(slot: number): number {
    const start = this.#starts[slot];
    return start === 0 ? 0 : this.data.getInt32(start - 4, true);
  }

  /** Name of the event; `""` when absent. Allocates a string. */
  eventName(): string {
    return this.text(textSlots.eventName);
  }

  /** The string in `slot`, with U+FFFD for invalid UTF-8; `""` when absent. Allocates a string. */
  text(slot: number): string {
    const start = this.#starts[slot];
    if (start === 0) return "";
    return this.#decoder.decode(this.buffer.subarray(start, textEnd(this.data, start)));
  }

  /** Whether the string in `slot` has exactly these bytes; an absent one is empty. */
  hasText(slot: number, text: Uint8Array): boolean {
    const start = this.textStart(slot);
    if (this.textEnd(slot) - start !== text.length) return false;
    for (let at = 0; at < text.length; at++) {
      if (this.buffer[start + at] !== text[at]) return false;
    }
    return true;
  }

  /** Time of the event in milliseconds since 1970; a bigint if it is not exact as a number. */
  eventTime(): number | bigint {
    const high = this.timeHigh;
    if (high <= maxSafeHigh && high >= -maxSafeHigh) return high * 0x1_0000_0000 + this.timeLow;
    return (BigInt(high) << 32n) | BigInt(this.timeLow);
  }

  #readText(field: number, slot: number, end: number): WireFault | undefined {
    const text = followText(this.data, field, end);
    if (text < 0) return "bad_text";
    this.#starts[slot] = text;
    this.textBytes += this.data.getInt32(text - 4, true);
    return undefined;
  }

  #readPairs(field: number, slot: number, start: number, end: number): WireFault | undefined {
    const data = this.data;
    const head = follow(data, field, end);
    if (head < 0) return "bad_vector";
    const count = data.getInt32(head, true);
    if (count < 0 || count > (end - head - 4) >> 2) return "bad_vector";
    this.pairCount += count;
    if (this.pairCount > this.#maxPairs) return "too_large";
    const first = head + 4;
    this.#starts[slot] = first;
    for (let at = first; at < first + 4 * count; at += 4) {
      const table = follow(data, at, end);
      if (table < 0) return "bad_vector";
      const vtable = vtableOf(data, table, start, end);
      if (vtable < 0) return "bad_vtable";
      if (!isInside(data, table, vtable, end)) return "bad_table";
      for (let part = 0; part < 2; part++) {
        const text = fieldOf(data, table, vtable, part, 4);
        if (text < 0) return "bad_field";
        if (text === absent) continue;
        const textStart = followText(data, text, end);
        if (textStart < 0) return "bad_text";
        this.textBytes += data.getInt32(textStart - 4, true);
      }
    }
    return undefined;
  }
}
