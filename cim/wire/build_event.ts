import { Builder } from "./_builder.ts";
import { PAIR_SLOTS, type PairField, TEXT_SLOTS, type TextField } from "./event_view.ts";

/** Name and value of one attribute of an event. */
export type EventPair = readonly [name: string, value: string];

/** What an Event says; absent members are absent in the payload. */
export interface EventParts {
  /** Name of the event. */
  readonly eventName: string;
  /** Time in milliseconds since 1970. */
  readonly eventTime: bigint;
  /** Id of the container that raised it. */
  readonly containerId?: string;
  /** What it is about. */
  readonly managedObject?: readonly EventPair[];
  /** Further facts. */
  readonly additionalInfo?: readonly EventPair[];
  /** Thresholds crossed. */
  readonly thresholdInfo?: readonly EventPair[];
  /** Old and new state. */
  readonly stateChangeDefinition?: readonly EventPair[];
  /** Attributes observed. */
  readonly monitoredAttributes?: readonly EventPair[];
  /** Id of the source. */
  readonly sourceId?: string;
  /** Name of the source. */
  readonly sourceName?: string;
  /** Kind of the source. */
  readonly eventSourceType?: string;
}

/** How an Event is laid out. */
export interface EventLayout {
  /** Whether vectors or strings are written first, default `"pairs"`; applications do either. */
  readonly first?: "pairs" | "texts";
}

/**
 * Builds an Event as an application would, byte-identical to the writers of the contract.
 * For tests and examples; not a hot path.
 *
 * @example
 * ```ts
 * import { buildEvent } from "./mod.ts";
 *
 * const bytes = buildEvent({ eventName: "NotConfigured", eventTime: 1_600_000_000_000n });
 * console.assert(bytes.length === 48);
 * ```
 */
export function buildEvent(parts: EventParts, layout: EventLayout = {}): Uint8Array {
  const { first = "pairs" } = layout;
  const builder = new Builder();
  const offsets: number[] = [];
  if (first === "pairs") addPairs(builder, parts, offsets);
  addTexts(builder, parts, offsets);
  if (first === "texts") addPairs(builder, parts, offsets);
  builder.startTable();
  builder.offsetField(TEXT_SLOTS.eventName, offsets[TEXT_SLOTS.eventName]);
  if (parts.eventTime !== 0n) builder.int64Field(1, parts.eventTime);
  offsets.forEach((offset, slot) => {
    if (slot !== TEXT_SLOTS.eventName) builder.offsetField(slot, offset);
  });
  return builder.finish(builder.endTable());
}

function addTexts(builder: Builder, parts: EventParts, offsets: number[]): void {
  const encoder = new TextEncoder();
  for (const [name, slot] of Object.entries(TEXT_SLOTS)) {
    const text = parts[name as TextField];
    if (text !== undefined) offsets[slot] = builder.text(encoder.encode(text));
  }
}

function addPairs(builder: Builder, parts: EventParts, offsets: number[]): void {
  const encoder = new TextEncoder();
  for (const [name, slot] of Object.entries(PAIR_SLOTS)) {
    const pairs = parts[name as PairField];
    if (pairs === undefined) continue;
    const tables = pairs.map(([key, value]) => {
      const keyOffset = builder.text(encoder.encode(key));
      const valueOffset = builder.text(encoder.encode(value));
      builder.startTable();
      builder.offsetField(0, keyOffset);
      builder.offsetField(1, valueOffset);
      return builder.endTable();
    });
    offsets[slot] = builder.vector(tables);
  }
}
