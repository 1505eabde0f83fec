/**
 * LogMessages and Events as applications write them, built with the published FlatBuffers library, which is
 * independent of the reader under test.
 *
 * @module
 */
import * as flatbuffers from "npm:flatbuffers@25.9.23";
import { type PairField, pairSlots, type TextField, textSlots } from "../../cim/wire/mod.ts";

/** Members of a LogMessage. */
export interface LogMessageParts {
  /** Id of the container; may be empty. */
  readonly containerId: string;
  readonly containerName: string;
  /** The logged text, or its bytes. */
  readonly payload: string | Uint8Array;
}

/** Layout of a LogMessage. */
export interface LogMessageLayout {
  /** Order in which the generated code of that language writes strings and fields. Default `"go"`. */
  readonly order?: "go" | "java";
}

/** Name and value of one attribute of an event. */
export type EventPair = readonly [name: string, value: string];

/** Members of an Event; absent members are absent in the payload. */
export type EventParts =
  & {
    readonly eventName: string;
    /** Milliseconds since 1970. */
    readonly eventTime: bigint;
  }
  & { readonly [name in Exclude<TextField, "eventName">]?: string }
  & { readonly [name in PairField]?: readonly EventPair[] };

/** Layout of an Event. */
export interface EventLayout {
  /** Whether vectors or strings are written first; applications do both. Default `"pairs"`. */
  readonly first?: "pairs" | "texts";
}

const eventSlots = 11;
const timeSlot = 1;
const encoder = new TextEncoder();

/** Builds a LogMessage. */
export function buildLogMessage(
  { containerId, containerName, payload }: LogMessageParts,
  { order = "go" }: LogMessageLayout = {},
): Uint8Array {
  const builder = new flatbuffers.Builder(256);
  const texts = [
    encoder.encode(containerId),
    encoder.encode(containerName),
    typeof payload === "string" ? encoder.encode(payload) : payload,
  ];
  const [textOrder, fieldOrder] = order === "go" ? [[0, 1, 2], [0, 1, 2]] : [[1, 0, 2], [2, 1, 0]];
  const offsets: number[] = [];
  for (const slot of textOrder) offsets[slot] = builder.createString(texts[slot]);
  builder.startObject(texts.length);
  for (const slot of fieldOrder) builder.addFieldOffset(slot, offsets[slot], 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

/** Builds an Event. */
export function buildEvent(parts: EventParts, { first = "pairs" }: EventLayout = {}): Uint8Array {
  const builder = new flatbuffers.Builder(256);
  const offsets: number[] = [];
  const steps = [() => addPairs(builder, parts, offsets), () => addTexts(builder, parts, offsets)];
  for (const step of first === "pairs" ? steps : steps.toReversed()) step();
  builder.startObject(eventSlots);
  for (let slot = 0; slot < eventSlots; slot++) {
    if (slot === timeSlot) builder.addFieldInt64(slot, parts.eventTime, 0n);
    else if (offsets[slot] !== undefined) builder.addFieldOffset(slot, offsets[slot], 0);
  }
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

function addTexts(builder: flatbuffers.Builder, parts: EventParts, offsets: number[]): void {
  for (const [name, slot] of Object.entries(textSlots)) {
    const text = parts[name as TextField];
    if (text !== undefined) offsets[slot] = builder.createString(encoder.encode(text));
  }
}

function addPairs(builder: flatbuffers.Builder, parts: EventParts, offsets: number[]): void {
  for (const [name, slot] of Object.entries(pairSlots)) {
    const pairs = parts[name as PairField];
    if (pairs === undefined) continue;
    const tables = pairs.map(([key, value]) => {
      const keyOffset = builder.createString(encoder.encode(key));
      const valueOffset = builder.createString(encoder.encode(value));
      builder.startObject(2);
      builder.addFieldOffset(0, keyOffset, 0);
      builder.addFieldOffset(1, valueOffset, 0);
      return builder.endObject();
    });
    builder.startVector(4, tables.length, 4);
    for (const table of tables.toReversed()) builder.addOffset(table);
    offsets[slot] = builder.endVector();
  }
}
