import { MAX_ESCAPE, writeBytes, writeDecimal, writeJsonText } from "./_json_text.ts";
import { textEnd } from "./_table.ts";
import { type EventView, PAIR_SLOTS, TEXT_SLOTS } from "./event_view.ts";

const encoder = new TextEncoder();
const OPEN = encoder.encode('{"eventName":"');
const TIME = encoder.encode('","eventTime":');
const SOURCE_TYPE = encoder.encode(',"eventSourceType":"');
const MANAGED_OBJECT = encoder.encode(',"managedObject":');
const NULL = encoder.encode("null");
const HEADERS = encoder.encode(',"sourceHeaders":');
const CONTAINER_ID = encoder.encode(',"containerId":"');
const SOURCE_NAME = encoder.encode(',"sourceName":"');
const SOURCE_ID = encoder.encode(',"sourceId":"');
const PAIR_NAME = encoder.encode('{"name":"');
const PAIR_VALUE = encoder.encode('","value":"');
const PAIR_CLOSE = encoder.encode('"}');

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;

/** The vectors after `managedObject`, in document order; an empty one is omitted. */
const OPTIONAL_PAIRS = ([
  "additionalInfo",
  "thresholdInfo",
  "stateChangeDefinition",
  "monitoredAttributes",
] as const).map((name) => ({ slot: PAIR_SLOTS[name], key: encoder.encode(`,"${name}":`) }));

/** Upper bounds of the bytes of keys and punctuation, for one event without its pairs and for one pair. */
const FRAME_BYTES = 512;
const PAIR_FRAME_BYTES = 32;
/** A larger buffer is not reused for the next event. */
const KEPT_BYTES = 65_536;

/**
 * Writes the JSON document of an event: members in the order of the contract and without those it omits, times
 * exact also above 2^53, text escaped as Go's encoding/json does, U+FFFD for each byte of invalid UTF-8.
 *
 * The result is a view of one reused buffer, valid until the next {@linkcode EventDocument.write}; copy it to keep
 * it. The limits of the view bound its size.
 *
 * @example
 * ```ts
 * import { EventDocument, EventView } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * // An Event of name NotConfigured.
 * const bytes = Uint8Array.fromHex(
 *   "0c000000080010000c0004000800000000806e8774010000040000000d0000004e6f74436f6e66696775726564000000",
 * );
 * const view = new EventView();
 * assert.equal(view.read(bytes, 0, bytes.length), undefined);
 * const headers = new TextEncoder().encode('{"podId":"amf-0"}');
 * const json = new TextDecoder().decode(new EventDocument().write(view, headers));
 * assert.equal(JSON.parse(json).sourceHeaders.podId, "amf-0");
 * ```
 */
export class EventDocument {
  #kept = new Uint8Array(4096);

  /** Writes the document of the event that `view` holds; `sourceHeaders` is a complete JSON object. */
  write(view: EventView, sourceHeaders: Uint8Array): Uint8Array {
    const room = FRAME_BYTES + sourceHeaders.length + MAX_ESCAPE * view.textBytes +
      PAIR_FRAME_BYTES * view.pairCount;
    const target = this.#buffer(room);
    let at = writeText(view, TEXT_SLOTS.eventName, OPEN, target, 0);
    at = writeDecimal(view.eventTime(), target, writeBytes(TIME, target, at));
    at = writeOptionalText(view, TEXT_SLOTS.eventSourceType, SOURCE_TYPE, target, at);
    at = writeManagedObject(view, target, at);
    for (const { slot, key } of OPTIONAL_PAIRS) {
      if (view.pairsCount(slot) === 0) continue;
      at = writePairs(view, slot, target, writeBytes(key, target, at));
    }
    at = writeBytes(sourceHeaders, target, writeBytes(HEADERS, target, at));
    at = writeText(view, TEXT_SLOTS.containerId, CONTAINER_ID, target, at);
    target[at++] = QUOTE;
    at = writeOptionalText(view, TEXT_SLOTS.sourceName, SOURCE_NAME, target, at);
    at = writeOptionalText(view, TEXT_SLOTS.sourceId, SOURCE_ID, target, at);
    target[at++] = CLOSE_OBJECT;
    return target.subarray(0, at);
  }

  #buffer(room: number): Uint8Array {
    if (room <= this.#kept.length) return this.#kept;
    const grown = new Uint8Array(room);
    if (room <= KEPT_BYTES) this.#kept = grown;
    return grown;
  }
}

function writeText(
  view: EventView,
  slot: number,
  key: Uint8Array,
  target: Uint8Array,
  at: number,
): number {
  at = writeBytes(key, target, at);
  return writeJsonText(view.buffer, view.textStart(slot), view.textEnd(slot), target, at);
}

function writeOptionalText(
  view: EventView,
  slot: number,
  key: Uint8Array,
  target: Uint8Array,
  at: number,
): number {
  if (view.textEnd(slot) === view.textStart(slot)) return at;
  at = writeText(view, slot, key, target, at);
  target[at++] = QUOTE;
  return at;
}

function writeManagedObject(view: EventView, target: Uint8Array, at: number): number {
  at = writeBytes(MANAGED_OBJECT, target, at);
  return view.pairsCount(PAIR_SLOTS.managedObject) === 0
    ? writeBytes(NULL, target, at)
    : writePairs(view, PAIR_SLOTS.managedObject, target, at);
}

function writePairs(view: EventView, slot: number, target: Uint8Array, at: number): number {
  const first = view.pairsStart(slot);
  const end = first + 4 * view.pairsCount(slot);
  target[at++] = OPEN_ARRAY;
  for (let element = first; element < end; element += 4) {
    if (element > first) target[at++] = COMMA;
    const table = element + view.data.getInt32(element, true);
    at = writePairText(view, table, 0, target, writeBytes(PAIR_NAME, target, at));
    at = writePairText(view, table, 1, target, writeBytes(PAIR_VALUE, target, at));
    at = writeBytes(PAIR_CLOSE, target, at);
  }
  target[at++] = CLOSE_ARRAY;
  return at;
}

/** Writes the name (slot 0) or value (slot 1) of a pair, which the view has verified. */
function writePairText(
  { buffer, data }: EventView,
  table: number,
  slot: number,
  target: Uint8Array,
  at: number,
): number {
  const vtable = table - data.getInt32(table, true);
  const entry = 4 + 2 * slot;
  if (entry >= data.getUint16(vtable, true)) return at;
  const offset = data.getUint16(vtable + entry, true);
  if (offset === 0) return at;
  const field = table + offset;
  const start = field + data.getInt32(field, true) + 4;
  return writeJsonText(buffer, start, textEnd(data, start), target, at);
}
