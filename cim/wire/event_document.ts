import { maxEscapeBytes, writeBytes, writeDecimal, writeJsonWords } from "./_json_text.ts";
import { textEnd, viewOf } from "./_table.ts";
import type { Bytes } from "./bytes.ts";
import { type EventView, pairSlots, textSlots } from "./event_view.ts";

const open = constant('{"eventName":"');
const timeKey = constant('","eventTime":');
const sourceTypeKey = constant(',"eventSourceType":"');
const managedObjectKey = constant(',"managedObject":');
const nullText = constant("null");
const headersKey = constant(',"sourceHeaders":');
const containerIdKey = constant(',"containerId":"');
const sourceNameKey = constant(',"sourceName":"');
const sourceIdKey = constant(',"sourceId":"');
const pairNameKey = constant('{"name":"');
const pairValueKey = constant('","value":"');
const pairClose = constant('"}');

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
] as const).map((name) => ({ slot: pairSlots[name], key: constant(`,"${name}":`) }));

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
  #kept = memory(4096);

  /** Writes the document of the event that `view` holds; `sourceHeaders` is a complete JSON object. */
  write(view: EventView, sourceHeaders: Uint8Array): Uint8Array {
    const room = frameBytes + sourceHeaders.length + maxEscapeBytes * view.textBytes +
      pairFrameBytes * view.pairCount;
    const target = this.#buffer(room);
    const { bytes } = target;
    let at = writeText(view, textSlots.eventName, open, target, 0);
    at = writeDecimal(view.eventTime(), bytes, writeConstant(timeKey, target, at));
    at = writeOptionalText(view, textSlots.eventSourceType, sourceTypeKey, target, at);
    at = writeManagedObject(view, target, at);
    for (const { slot, key } of optionalPairs) {
      if (view.pairsCount(slot) === 0) continue;
      at = writePairs(view, slot, target, writeConstant(key, target, at));
    }
    at = writeBytes(sourceHeaders, bytes, writeConstant(headersKey, target, at));
    at = writeText(view, textSlots.containerId, containerIdKey, target, at);
    bytes[at++] = quote;
    at = writeOptionalText(view, textSlots.sourceName, sourceNameKey, target, at);
    at = writeOptionalText(view, textSlots.sourceId, sourceIdKey, target, at);
    bytes[at++] = closeObject;
    return bytes.subarray(0, at);
  }

  #buffer(room: number): Bytes {
    if (room <= this.#kept.bytes.length) return this.#kept;
    const grown = memory(room);
    if (room <= maxKeptBytes) this.#kept = grown;
    return grown;
  }
}

/** Text that is written as it is, in whole words. */
interface Constant {
  /** Whole words: the text and zeros. */
  readonly data: DataView;
  readonly length: number;
}

function constant(text: string): Constant {
  const bytes = new TextEncoder().encode(text);
  const words = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  words.set(bytes);
  return { data: viewOf(words), length: bytes.length };
}

/** Writes a constant, up to 7 zeros behind it included; returns its end. */
function writeConstant({ data, length }: Constant, target: Bytes, at: number): number {
  const to = target.data;
  for (let word = 0; word < length; word += 8) to.setBigInt64(at + word, data.getBigInt64(word));
  return at + length;
}

function memory(length: number): Bytes {
  const bytes = new Uint8Array(length);
  return { bytes, data: viewOf(bytes) };
}

function writeText(
  view: EventView,
  slot: number,
  key: Constant,
  target: Bytes,
  at: number,
): number {
  at = writeConstant(key, target, at);
  const { buffer, data } = view;
  return writeJsonWords(buffer, data, view.textStart(slot), view.textEnd(slot), target, at);
}

function writeOptionalText(
  view: EventView,
  slot: number,
  key: Constant,
  target: Bytes,
  at: number,
): number {
  if (view.textEnd(slot) === view.textStart(slot)) return at;
  at = writeText(view, slot, key, target, at);
  target.bytes[at++] = quote;
  return at;
}

function writeManagedObject(view: EventView, target: Bytes, at: number): number {
  at = writeConstant(managedObjectKey, target, at);
  return view.pairsCount(pairSlots.managedObject) === 0
    ? writeConstant(nullText, target, at)
    : writePairs(view, pairSlots.managedObject, target, at);
}

function writePairs(view: EventView, slot: number, target: Bytes, at: number): number {
  const first = view.pairsStart(slot);
  const end = first + 4 * view.pairsCount(slot);
  const { bytes } = target;
  bytes[at++] = openArray;
  for (let element = first; element < end; element += 4) {
    if (element > first) bytes[at++] = comma;
    const table = element + view.data.getInt32(element, true);
    at = writePairText(view, table, 0, target, writeConstant(pairNameKey, target, at));
    at = writePairText(view, table, 1, target, writeConstant(pairValueKey, target, at));
    at = writeConstant(pairClose, target, at);
  }
  bytes[at++] = closeArray;
  return at;
}

/** Writes the name (slot 0) or value (slot 1) of a pair, which the view has verified. */
function writePairText(
  { buffer, data }: EventView,
  table: number,
  slot: number,
  target: Bytes,
  at: number,
): number {
  const vtable = table - data.getInt32(table, true);
  const entry = 4 + 2 * slot;
  if (entry >= data.getUint16(vtable, true)) return at;
  const offset = data.getUint16(vtable + entry, true);
  if (offset === 0) return at;
  const field = table + offset;
  const start = field + data.getInt32(field, true) + 4;
  return writeJsonWords(buffer, data, start, textEnd(data, start), target, at);
}
