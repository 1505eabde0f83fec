/**
 * A message as the router sees it: offsets into a buffer, not objects.
 *
 * @module
 */
import { byteString, byteStringBytes, fromByteString, putByteString, putDecimal } from "./ascii.ts";
import type { SubjectEntry } from "../routing/subject_cache.ts";

/** Offsets of a message within a buffer. The parser is one; its fields say what each means. */
export interface Frame {
  readonly replyStart: number;
  readonly replyEnd: number;
  readonly headerStart: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly tailStart: number;
  readonly hasHeaders: boolean;
}

/**
 * The message being delivered to a subscriber in this process: one reused object, valid only during the
 * call. Its bytes are a view into what was read from the publisher's socket; copy what must last longer.
 */
export interface MessageView {
  /** Holds the payload at `[start, end)` and the headers at `[headerStart, headerEnd)`. */
  readonly buffer: Uint8Array;
  /** Where the payload starts. */
  readonly start: number;
  /** Where the payload ends. */
  readonly end: number;
  /** The subject it was published on; decoded at first use and kept per distinct subject. */
  readonly subject: string;
  /** Where an answer goes; "" when none is wanted. */
  readonly reply: string;
  /** Where the header block (`NATS/1.0 CRLF ... CRLF CRLF`) starts; equals `headerEnd` when there is none. */
  readonly headerStart: number;
  /** Where the header block ends. */
  readonly headerEnd: number;
}

const nothing = new Uint8Array(0);

/** The reused {@linkcode MessageView}. */
export class ReusedView implements MessageView {
  buffer: Uint8Array = nothing;
  start = 0;
  end = 0;
  headerStart = 0;
  headerEnd = 0;
  #entry: SubjectEntry | null = null;
  #frame: Frame | null = null;

  get subject(): string {
    return this.#entry?.text ?? "";
  }

  get reply(): string {
    const frame = this.#frame;
    if (frame === null || frame.replyStart === frame.replyEnd) return "";
    return fromByteString(byteString(this.buffer, frame.replyStart, frame.replyEnd));
  }

  /** Shows another message. */
  show(entry: SubjectEntry, frame: Frame, buffer: Uint8Array): void {
    this.buffer = buffer;
    this.start = frame.payloadStart;
    this.end = frame.payloadEnd;
    this.headerStart = frame.headerStart;
    this.headerEnd = frame.payloadStart;
    this.#entry = entry;
    this.#frame = frame;
  }

  /** Lets go of the bytes, so that a view kept by mistake does not keep a chunk alive. */
  clear(): void {
    this.buffer = nothing;
    this.start =
      this.end =
      this.headerStart =
      this.headerEnd =
        0;
    this.#entry = null;
    this.#frame = null;
  }
}

/** A message of this process, laid out as a client would have sent it after the subject. */
export interface LocalMessage {
  readonly frame: Frame;
  readonly buffer: Uint8Array;
}

/** A frame over bare payload bytes: no copy, good for subscribers in this process only. */
export function bareFrame(payload: Uint8Array): Frame {
  return {
    replyStart: 0,
    replyEnd: 0,
    headerStart: 0,
    payloadStart: 0,
    payloadEnd: payload.length,
    tailStart: -1,
    hasHeaders: false,
  };
}

/** A message with everything that clients need: `[reply] [headers] total CRLF headers payload CRLF`. */
export function layOut(
  reply: string,
  headers: Uint8Array | null,
  payload: Uint8Array,
): LocalMessage {
  const headerBytes = headers?.length ?? 0;
  const total = headerBytes + payload.length;
  const buffer = new Uint8Array(reply.length + total + 32);
  let at = 0;
  if (reply !== "") at = putByteString(buffer, putByteString(buffer, 0, reply), " ");
  if (headers !== null) at = putByteString(buffer, putDecimal(buffer, at, headerBytes), " ");
  at = putByteString(buffer, putDecimal(buffer, at, total), "\r\n");
  const headerStart = at;
  if (headers !== null) buffer.set(headers, at);
  buffer.set(payload, at + headerBytes);
  const payloadEnd = at + total;
  putByteString(buffer, payloadEnd, "\r\n");
  const frame: Frame = {
    replyStart: 0,
    replyEnd: reply.length,
    headerStart,
    payloadStart: headerStart + headerBytes,
    payloadEnd,
    tailStart: 0,
    hasHeaders: headers !== null,
  };
  return { frame, buffer };
}

/** `[reply] [headers] size CRLF`, for bytes that cannot go out as the client wrote them. */
export function rewrittenLine(frame: Frame, buffer: Uint8Array, withHeaders: boolean): Uint8Array {
  const reply = byteString(buffer, frame.replyStart, frame.replyEnd);
  const size = frame.payloadEnd - (withHeaders ? frame.headerStart : frame.payloadStart);
  const headers = withHeaders ? `${frame.payloadStart - frame.headerStart} ` : "";
  return byteStringBytes(`${reply === "" ? "" : `${reply} `}${headers}${size}\r\n`);
}
