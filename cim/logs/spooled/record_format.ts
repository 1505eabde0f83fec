/**
 * How a message becomes a record in a block.
 *
 * @module
 */
import { copyBytes, type LogEnvelope, type LogMessageView } from "../../wire/mod.ts";
import type { LineBuffer } from "../lines/mod.ts";

/** Writes messages as records. */
export interface RecordFormat {
  /** Writes the message as one record; copies what it needs. */
  write(view: LogMessageView, buffer: LineBuffer): void;
}

const LINE_FEED = 0x0a;
/** Length before each frame: u32, big-endian. */
const headBytes = 4;

/** Records that end in a line feed, for a stream of bytes: the envelope, or the payload as it is. */
export function lineFormat(envelope: LogEnvelope | undefined): RecordFormat {
  if (envelope === undefined) return { write: (view, buffer) => buffer.append(view) };
  return {
    write(view, buffer) {
      const block = buffer.reserve(envelope.maxLength(view) + 1);
      const end = envelope.writeTo(view, block, block.used);
      block.bytes[end] = LINE_FEED;
      buffer.commit(block, end + 1);
    },
  };
}

/** Records with their length in front, for a destination of messages: the envelope, or the payload as it is. */
export function frameFormat(envelope: LogEnvelope | undefined): RecordFormat {
  return {
    write(view, buffer) {
      const { payloadStart, payloadEnd } = view;
      const length = envelope?.maxLength(view) ?? payloadEnd - payloadStart;
      const block = buffer.reserve(headBytes + length);
      const start = block.used + headBytes;
      const end = envelope === undefined
        ? copyBytes(view.buffer, view.data, payloadStart, payloadEnd, block, start)
        : envelope.writeTo(view, block, start);
      block.data.setUint32(block.used, end - start);
      buffer.commit(block, end);
    },
  };
}
