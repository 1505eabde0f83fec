/**
 * A message as offsets into a buffer, and how it is laid out for clients.
 *
 * @module
 */
import { byteString, byteStringBytes, putByteString, putDecimal } from "./ascii.ts";

/** Offsets of a message within a buffer, from the reply subject on. */
export interface Frame {
  /** Reply subject: `[replyStart, replyEnd)`; empty when there is none. */
  readonly replyStart: number;
  readonly replyEnd: number;
  /** Headers: `[headerStart, payloadStart)`; empty when there are none. */
  readonly headerStart: number;
  /** Payload without headers: `[payloadStart, payloadEnd)`. */
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /**
   * From this offset to the CRLF after the payload, the bytes are exactly what a MSG or HMSG line contains after
   * the sid: `[reply] size CRLF payload CRLF` with single spaces. -1 when the client wrote them differently.
   */
  readonly tailStart: number;
  /** Whether the message has header bytes. */
  readonly hasHeaders: boolean;
}

/** Offsets of a message that a client published. */
export interface PublishedFrame extends Frame {
  /** Subject: `[subjectStart, subjectEnd)`. */
  readonly subjectStart: number;
  readonly subjectEnd: number;
  /** Hash of the subject's bytes; valid only when `isSameSubject` is false. */
  readonly subjectHash: number;
  /** Whether the subject is that of the previous message of the same client. */
  readonly isSameSubject: boolean;
}

/** A message of this process, laid out as a client would have sent it after the subject. */
export interface LocalMessage {
  readonly frame: Frame;
  readonly buffer: Uint8Array;
}

/** A frame over bare payload bytes: makes no copy, usable for subscribers in this process only. */
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

/** A message with all that clients need: `[reply] [headers] total CRLF headers payload CRLF`. */
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

/** `[reply] [headers] size CRLF`, for a message whose own bytes cannot be sent unchanged. */
export function rewrittenLine(frame: Frame, buffer: Uint8Array, withHeaders: boolean): Uint8Array {
  const reply = byteString(buffer, frame.replyStart, frame.replyEnd);
  const size = frame.payloadEnd - (withHeaders ? frame.headerStart : frame.payloadStart);
  const headers = withHeaders ? `${frame.payloadStart - frame.headerStart} ` : "";
  return byteStringBytes(`${reply === "" ? "" : `${reply} `}${headers}${size}\r\n`);
}
