import {
  ABSENT,
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
  /** Pairs in one event, over all its vectors; 1 to 1,000,000, default 4096. */
  readonly maxPairs?: number;
  /** Bytes of text in one event, shared strings counted each time; at least 1, default 1 MiB. */
  readonly maxTextBytes?: number;
}

/** The five vectors of name and value pairs. */
export type PairField =
  | "managedObject"
  | "additionalInfo"
  | "thresholdInfo"
  | "stateChangeDefinition"
  | "monitoredAttributes";

/** The five strings. */
export type TextField =
  | "eventName"
  | "containerId"
  | "sourceId"
  | "sourceName"
  | "eventSourceType";

/** Slot of each vector in the Event table. */
export const PAIR_SLOTS: Readonly<Record<PairField, number>> = Object.freeze({
  managedObject: 3,
  additionalInfo: 4,
  thresholdInfo: 5,
  stateChangeDefinition: 6,
  monitoredAttributes: 7,
});

/** Slot of each string in the Event table. */
export const TEXT_SLOTS: Readonly<Record<TextField, number>> = Object.freeze({
  eventName: 0,
  containerId: 2,
  sourceId: 8,
  sourceName: 9,
  eventSourceType: 10,
});

const SLOT_COUNT = 11;
const TIME_SLOT = 1;
/** Greatest high word, either sign, with which a time is exact as a number. */
const SAFE_HIGH = 0x1fffff;

/**
 * Verified view of one Event, straight on the bytes it arrived in.
 *
 * Made once and read into again and again; {@linkcode EventView.read} never throws whatever the bytes
 * are. Strings and pairs may be shared inside a payload, so that a small one can name an endless
 * amount of text: `maxPairs` and `maxTextBytes` bound what the event unfolds to. Everything the view
 * hands out is valid until the buffer changes or the next `read`.
 *
 * @example
 * ```ts
 * import { buildEvent, EventView } from "./mod.ts";
 *
 * const bytes = buildEvent({ eventName: "Configured", eventTime: 1_600_000_000_000n });
 * const view = new EventView();
 * if (view.read(bytes, 0, bytes.length) !== undefined) throw new Error("not an Event");
 * console.assert(view.eventName() === "Configured");
 * ```
 */
export class EventView {
  /** Bytes the view was last read from. */
  buffer: Uint8Array = new Uint8Array(0);
  /** The same bytes as numbers. */
  data: DataView = new DataView(new ArrayBuffer(0));
  /** Low 32 bits of the event's time. */
  timeLow = 0;
  /** High 32 bits of the event's time, signed. */
  timeHigh = 0;
  /** Bytes of text the event unfolds to. */
  textBytes = 0;
  /** Pairs in the event, over all its vectors. */
  pairCount = 0;
  readonly #maxPairs: number;
  readonly #maxTextBytes: number;
  readonly #starts = new Int32Array(SLOT_COUNT);
  readonly #decoder = new TextDecoder();

  /** Makes a view; throws a RangeError when a limit is out of range. */
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

  /** Checks `buffer[start, end)` and locates its parts; returns why it is no Event, if so. */
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
    const time = fieldOf(data, table, vtable, TIME_SLOT, 8);
    if (time < 0) return "bad_field";
    this.timeLow = time === ABSENT ? 0 : data.getUint32(time, true);
    this.timeHigh = time === ABSENT ? 0 : data.getInt32(time + 4, true);
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (slot === TIME_SLOT) continue;
      const field = fieldOf(data, table, vtable, slot, 4);
      if (field < 0) return "bad_field";
      this.#starts[slot] = 0;
      if (field === ABSENT) continue;
      const isVector = slot >= PAIR_SLOTS.managedObject && slot <= PAIR_SLOTS.monitoredAttributes;
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

  /** First element of the vector in `slot`, 0 when absent; its count stands 4 bytes before. */
  pairsStart(slot: number): number {
    return this.#starts[slot];
  }

  /** Pairs in the vector in `slot`; 0 when absent or empty. */
  pairsCount(slot: number): number {
    const start = this.#starts[slot];
    return start === 0 ? 0 : this.data.getInt32(start - 4, true);
  }

  /** The event's name, decoded; `""` when absent. Allocates. */
  eventName(): string {
    return this.text(TEXT_SLOTS.eventName);
  }

  /** The string in `slot`, decoded, invalid UTF-8 replaced; `""` when absent. Allocates. */
  text(slot: number): string {
    const start = this.#starts[slot];
    if (start === 0) return "";
    return this.#decoder.decode(this.buffer.subarray(start, textEnd(this.data, start)));
  }

  /** The event's time in milliseconds since 1970, exact. Allocates beyond 2^53. */
  eventTime(): number | bigint {
    const high = this.timeHigh;
    if (high <= SAFE_HIGH && high >= -SAFE_HIGH) return high * 0x1_0000_0000 + this.timeLow;
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
        if (text === ABSENT) continue;
        const textStart = followText(data, text, end);
        if (textStart < 0) return "bad_text";
        this.textBytes += data.getInt32(textStart - 4, true);
      }
    }
    return undefined;
  }
}
