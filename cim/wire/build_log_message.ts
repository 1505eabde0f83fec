import { Builder } from "./_builder.ts";

/** What a LogMessage says. */
export interface LogMessageParts {
  /** Id of the container, may be empty. */
  readonly containerId: string;
  /** Name of the container. */
  readonly containerName: string;
  /** The logged text, or its bytes. */
  readonly payload: string | Uint8Array;
}

/** How a LogMessage is laid out. */
export interface LogMessageLayout {
  /** Order in which the writers of that language add strings and fields, default `"go"`. */
  readonly order?: "go" | "java";
}

/**
 * Builds a LogMessage as an application would, byte-identical to the Go (default) or Java writers.
 * For tests, examples and the agent's own lines; not a hot path.
 *
 * @example
 * ```ts
 * import { buildLogMessage } from "./mod.ts";
 *
 * const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
 * console.assert(bytes.length === 60);
 * ```
 */
export function buildLogMessage(parts: LogMessageParts, layout: LogMessageLayout = {}): Uint8Array {
  const { order = "go" } = layout;
  const builder = new Builder();
  const encoder = new TextEncoder();
  const texts = [
    encoder.encode(parts.containerId),
    encoder.encode(parts.containerName),
    typeof parts.payload === "string" ? encoder.encode(parts.payload) : parts.payload,
  ];
  const [textOrder, fieldOrder] = order === "go" ? [[0, 1, 2], [0, 1, 2]] : [[1, 0, 2], [2, 1, 0]];
  const offsets: number[] = [];
  for (const slot of textOrder) offsets[slot] = builder.text(texts[slot]);
  builder.startTable();
  for (const slot of fieldOrder) builder.offsetField(slot, offsets[slot]);
  return builder.finish(builder.endTable());
}
