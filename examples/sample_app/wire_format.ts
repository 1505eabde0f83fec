/**
 * The payloads of `LOG` and `EVENT`: FlatBuffers tables, written with the published library. An application in
 * another language uses the code that `flatc` generates from the schemas; it writes the same bytes.
 *
 * @module
 */
import { Builder } from "npm:flatbuffers@25.9.23";

/** Members of a LogMessage. */
export interface LogMessage {
  readonly containerId: string;
  readonly containerName: string;
  /** The logged line. */
  readonly payload: string;
}

/** Members of an Event that this application uses. */
export interface AppEvent {
  readonly eventName: string;
  /** Milliseconds since 1970. */
  readonly eventTime: number;
  readonly containerId: string;
  /** What the event is about: name and value of each attribute. */
  readonly managedObject: readonly (readonly [name: string, value: string])[];
}

/** Writes a LogMessage. */
export function encodeLogMessage({ containerId, containerName, payload }: LogMessage): Uint8Array {
  const builder = new Builder(256);
  const texts = [containerId, containerName, payload].map((text) => builder.createString(text));
  builder.startObject(3);
  texts.forEach((offset, slot) => builder.addFieldOffset(slot, offset, 0));
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

/** Writes an Event. */
export function encodeEvent(event: AppEvent): Uint8Array {
  const builder = new Builder(256);
  const pairs = event.managedObject.map(([name, value]) => {
    const texts = [builder.createString(name), builder.createString(value)];
    builder.startObject(2);
    texts.forEach((offset, slot) => builder.addFieldOffset(slot, offset, 0));
    return builder.endObject();
  });
  builder.startVector(4, pairs.length, 4);
  // A FlatBuffer is written from its end to its front.
  for (const pair of pairs.toReversed()) builder.addOffset(pair);
  const managedObject = builder.endVector();
  const eventName = builder.createString(event.eventName);
  const containerId = builder.createString(event.containerId);
  builder.startObject(11);
  builder.addFieldOffset(0, eventName, 0);
  builder.addFieldInt64(1, BigInt(event.eventTime), 0n);
  builder.addFieldOffset(2, containerId, 0);
  builder.addFieldOffset(3, managedObject, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}
