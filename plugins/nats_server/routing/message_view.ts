/**
 * What a handler in this process sees of a message: one reused object over the bytes that were read from
 * the publisher's socket, so that a message allocates nothing unless the handler asks for text.
 *
 * @module
 */
import { byteString, type Frame, fromByteString } from "../protocol/mod.ts";

/**
 * The message being delivered to a subscriber in this process. The object is reused and valid only during
 * the call of `onMessage`. Its bytes are a view of the publisher's read buffer; copy what must last longer.
 */
export interface MessageView {
  /** Holds the payload at `[start, end)` and the headers at `[headerStart, headerEnd)`. */
  readonly buffer: Uint8Array;
  /** Offset of the first payload byte. */
  readonly start: number;
  /** Offset after the last payload byte. */
  readonly end: number;
  /** Subject it was published on; decoded at first use and cached per distinct subject. */
  readonly subject: string;
  /** Reply subject; "" when the publisher expects no reply. */
  readonly reply: string;
  /** Offset of the header block (`NATS/1.0 CRLF ... CRLF CRLF`); equals `headerEnd` when there is none. */
  readonly headerStart: number;
  /** Offset after the header block. */
  readonly headerEnd: number;
  /** Decodes the payload as UTF-8 on every call; invalid bytes become U+FFFD. */
  text(): string;
  /**
   * Parses the payload as JSON on every call.
   *
   * @throws {SyntaxError} When the payload is not JSON.
   */
  json(): unknown;
}

/** Receives messages in process. It must not block; an error that it throws is logged and counted. */
export interface InProcessHandler {
  /** Called for each message. The view and its bytes are valid only during the call. */
  onMessage(message: MessageView): void;
  /** Called once after each chunk (or in-process publish) that delivered at least one message here. */
  onChunkEnd?(): void;
}

/** A subject whose text is decoded at first use. */
export interface SubjectText {
  readonly text: string;
}

const noBytes: Uint8Array = new Uint8Array(0);
const decoder = new TextDecoder();

/** The reused {@linkcode MessageView}. */
export class ReusedView implements MessageView {
  buffer: Uint8Array = noBytes;
  start = 0;
  end = 0;
  headerStart = 0;
  headerEnd = 0;
  #subject: SubjectText | null = null;
  #frame: Frame | null = null;

  get subject(): string {
    return this.#subject?.text ?? "";
  }

  get reply(): string {
    const frame = this.#frame;
    if (frame === null || frame.replyStart === frame.replyEnd) return "";
    return fromByteString(byteString(this.buffer, frame.replyStart, frame.replyEnd));
  }

  text(): string {
    return decoder.decode(this.buffer.subarray(this.start, this.end));
  }

  json(): unknown {
    return JSON.parse(this.text());
  }

  /** Points the view at another message. */
  show(subject: SubjectText, frame: Frame, buffer: Uint8Array): void {
    this.buffer = buffer;
    this.start = frame.payloadStart;
    this.end = frame.payloadEnd;
    this.headerStart = frame.headerStart;
    this.headerEnd = frame.payloadStart;
    this.#subject = subject;
    this.#frame = frame;
  }

  /** Drops the reference to the bytes, so that a view kept by mistake does not keep a chunk in memory. */
  clear(): void {
    this.buffer = noBytes;
    this.start =
      this.end =
      this.headerStart =
      this.headerEnd =
        0;
    this.#subject = null;
    this.#frame = null;
  }
}
