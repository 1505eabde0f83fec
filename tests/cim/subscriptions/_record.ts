import type { ConsumedRecord } from "../../../plugins/kafka/mod.ts";

const encoder = new TextEncoder();

/** A record of topic FMAASEVENTS. */
export function record(
  value: string,
  headers: Record<string, string> = {},
  { offset = 0n, partition = 0 } = {},
): ConsumedRecord {
  return {
    topic: "FMAASEVENTS",
    partition,
    offset,
    timestampMs: 0,
    key: undefined,
    value: encoder.encode(value),
    headers: Object.entries(headers).map(([name, text]) => [name, encoder.encode(text)] as const),
  };
}
