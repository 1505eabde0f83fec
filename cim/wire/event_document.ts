import { maxEscapeBytes, writeBytes, writeDecimal, writeJsonText } from "./_json_text.ts";
import { textEnd } from "./_table.ts";
import { type EventView, pairSlots, textSlots } from "./event_view.ts";

const encoder = new TextEncoder();
const open = encoder.encode('{"eventName":"');
const timeKey = encoder.encode('","eventTime":');
const sourceTypeKey = encoder.encode(',"eventSourceType":"');
const managedObjectKey = encoder.encode(',"managedObject":');
const nullText = encoder.encode("null");
const headersKey = encoder.encode(',"sourceHeaders":');
const containerIdKey = encoder.encode(',"containerId":"');
const sourceNameKey = encoder.encode(',"sourceName":"');
const sourceIdKey = encoder.encode(',"sourceId":"');
const pairNameKey = encoder.encode('{"name":"');
const pairValueKey = encoder.encode('","value":"');
const pairClose = encoder.encode('"}');

const quote = 0x22;
const comma = 0x2c;
const openArray = 0x5b;
const closeArray = 0x5d;
const closeObject = 0x7d;

/** The vectors after `managedObject`, in document order; an empty one is omitted. */
const optionalPairs = ([
  "additionalInfo",
  "thresholdInfo",
  "stateChangeDefinition",
  "monitoredAttributes",
] as const).map((name) => ({ slot: pairSlots[name], key: encoder.encode(`,"${name}":`) }));

/** Upper bounds of the bytes of keys and punctuation, for one event without its pairs and for one pair. */
const frameBytes = 512;
const pairFrameBytes = 32;
/** A larger buffer is not reused for the next event. */
const maxKeptBytes = 65_536;

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
    const room = frameBytes + sourceHeaders.length + maxEscapeBytes * view.textBytes +
      pairFrameBytes * view.pairCount;
    const target = this.#buffer(room);
    let at = writeText(view, textSlots.eventName, open, target, 0);
    at = writeDecimal(view.eventTime(), target, writeBytes(timeKey, target, at));
    at = writeOptionalText(view, textSlots.eventSourceType, sourceTypeKey, target, at);
    at = writeManagedObject(view, target, at);
    for (const { slot, key } of optionalPairs) {
      if (view.pairsCount(slot) === 0) continue;
      at = writePairs(view, slot, target, writeBytes(key, target, at));
    }
    at = writeBytes(sourceHeaders, target, writeBytes(headersKey, target, at));
    at = writeText(view, textSlots.containerId, containerIdKey, target, at);
    target[at++] = quote;
    at = writeOptionalText(view, textSlots.sourceName, sourceNameKey, target, at);
    at = writeOptionalText(view, textSlots.sourceId, sourceIdKey, target, at);
    target[at++] = closeObject;
    return target.subarray(0, at);
  }

  #buffer(room: number): Uint8Array {
    if (room <= this.#kept.length) return this.#kept;
    const grown = new Uint8Array(room);
    if (room <= maxKeptBytes) this.#kept = grown;
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
  target[at++] = quote;
  return at;
}

function writeManagedObject(view: EventView, target: Uint8Array, at: number): number {
  at = writeBytes(managedObjectKey, target, at);
  return view.pairsCount(pairSlots.managedObject) === 0
    ? writeBytes(nullText, target, at)
    : writePairs(view, pairSlots.managedObject, target, at);
}

function writePairs(view: EventView, slot: number, target: Uint8Array, at: number): number {
  const first = view.pairsStart(slot);
  const end = first + 4 * view.pairsCount(slot);
  target[at++] = openArray;
  for (let element = first; element < end; element += 4) {
    if (element > first) target[at++] = comma;
    const table = element + view.data.getInt32(element, true);
    at = writePairText(view, table, 0, target, writeBytes(pairNameKey, target, at));
    at = writePairText(view, table, 1, target, writeBytes(pairValueKey, target, at));
    at = writeBytes(pairClose, target, at);
  }
  target[at++] = closeArray;
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
