/**
 * The protocol parser: bytes in, calls on a {@linkcode ParserSink} out.
 *
 * ```text
 * line    = verb blank+ argument LF        ; a CR before the LF belongs to the line end
 * PUB     = "PUB"  subject [reply] size           LF payload CR LF
 * HPUB    = "HPUB" subject [reply] headers total  LF headers payload CR LF
 * verbs   = CONNECT INFO PUB HPUB SUB UNSUB PING PONG +OK -ERR, in any case
 * ```
 *
 * Invariants:
 * - The caller owns the buffer. The parser copies nothing; what it has not consumed (the argument of an
 *   unfinished line, or an unfinished message from its argument on) stays with the caller, who presents it
 *   again, in one piece and followed by more, in the next call. So a message is always contiguous.
 * - Between calls the state is a verb, not a position in a word: an unfinished verb is read again.
 * - Blanks before an argument and the rest of a PING, PONG or +OK line are consumed at once, so what is
 *   kept is bounded by the control line limit or by the payload limit, whichever is in force.
 * - A message allocates nothing. Its offsets stand in the fields of the parser during `onPublish`.
 *
 * Errors are found at the first byte that cannot be right, as in the reference server.
 *
 * @module
 */
import { ascii } from "./ascii.ts";
import type { ParserFault, ParserLimits, ParserSink } from "./parser_sink.ts";
import {
  find,
  hashBytes,
  hasReturn,
  isSingleSpaced,
  matchingLength,
  parseSize,
  splitBlanks,
} from "./scan.ts";
import { gluedVerbs, type LineVerb, skipVerbs, type Verb, verbs } from "./verbs.ts";

const stateStart = 0;
const stateBlanks = 1;
const stateArgument = 2;
const stateSkip = 3;
const statePayload = 4;
const stateStopped = 5;

/** Parser of one connection. See the module comment for who owns what. */
export class Parser {
  /** Subject of the message: `[subjectStart, subjectEnd)`. */
  subjectStart = 0;
  subjectEnd = 0;
  /** Hash of the subject's bytes. */
  subjectHash = 0;
  /** Reply subject; empty when none. */
  replyStart = 0;
  replyEnd = 0;
  /** Headers, part of the payload; empty when none. */
  headerStart = 0;
  headerEnd = 0;
  /** Payload without headers. */
  payloadStart = 0;
  payloadEnd = 0;
  /**
   * From here to `messageEnd` the bytes are just as a MSG or HMSG line goes on after the sid: `[reply] size
   * CRLF payload CRLF`, single blanks. -1 when the client wrote them in another way.
   */
  tailStart = 0;
  /** After the CRLF that ends the message. */
  messageEnd = 0;
  /** Whether the message has header bytes. */
  hasHeaders = false;

  /** Bytes the caller must be able to hold, from the first unconsumed one, to get on. */
  needed = 0;
  /** Whether publish lines are shown to the sink before their payload is there. */
  pedantic = false;
  /** Whether HPUB is allowed. */
  headersAllowed = false;
  /** Whether the first verb must be CONNECT. */
  connectFirst = false;

  readonly #sink: ParserSink;
  readonly #maxControlLineBytes: number;
  readonly #maxPayloadBytes: number;
  #state = stateStart;
  #verb: Verb = "PING";
  /** Where the unconsumed argument stood when the last call ended. */
  #argumentAt = 0;

  constructor(sink: ParserSink, limits: ParserLimits) {
    this.#sink = sink;
    this.#maxControlLineBytes = limits.maxControlLineBytes;
    this.#maxPayloadBytes = limits.maxPayloadBytes;
  }

  /** Parses no more; every further call consumes everything. */
  stop(): void {
    this.#state = stateStopped;
  }

  /** Parses `buffer[start, end)`; returns the offset of the first byte that was not consumed. */
  parse(buffer: Uint8Array, start: number, end: number): number {
    let at = start;
    this.needed = 0;
    while (true) {
      switch (this.#state) {
        case stateStart: {
          if (at >= end) return at;
          at = this.#start(buffer, at, end);
          if (at < 0) return -at - 1;
          break;
        }
        case stateBlanks: {
          while (at < end && (buffer[at] === ascii.space || buffer[at] === ascii.tab)) at++;
          if (at >= end) return at;
          this.#argumentAt = at;
          this.#state = stateArgument;
          break;
        }
        case stateArgument: {
          // The first byte is part of the argument whatever it is, a line feed too: so does the reference.
          const feed = find(ascii.lf, buffer, at + 1, end);
          if (!this.#withinLine(buffer, at, feed)) return end;
          if (feed >= end) {
            this.#argumentAt = at;
            this.needed = this.#maxControlLineBytes + 3;
            return at;
          }
          const next = this.#line(buffer, at, feed);
          if (next < 0) return -next - 1;
          at = next;
          break;
        }
        case stateSkip: {
          const feed = find(ascii.lf, buffer, at, end);
          if (feed >= end) return end;
          at = feed + 1;
          this.#state = stateStart;
          const verb = this.#verb;
          if ((verb === "PING" || verb === "PONG") && !this.#sink.onBeat(verb)) return at;
          break;
        }
        case statePayload: {
          if (at !== this.#argumentAt) this.#shift(at - this.#argumentAt);
          const next = this.#payload(buffer, at, end);
          if (next < 0) return -next - 1;
          at = next;
          break;
        }
        default:
          return end;
      }
    }
  }

  /** Reads a verb; the fast way for "PUB subject [reply] size CRLF payload CRLF". Negative: return. */
  #start(buffer: Uint8Array, at: number, end: number): number {
    if (
      buffer[at] === 80 && end - at > 4 && buffer[at + 1] === 85 && buffer[at + 2] === 66 &&
      buffer[at + 3] === ascii.space && !this.connectFirst
    ) {
      const next = this.#plainPublish(buffer, at + 4, end);
      if (next !== 0) return next;
    }
    return this.#anyVerb(buffer, at, end);
  }

  /**
   * Takes PUB messages written in the usual way. Returns the offset after the message, a negative
   * number to return from `parse`, or 0 when the slow way must look at it.
   */
  #plainPublish(buffer: Uint8Array, argument: number, end: number): number {
    let at = argument;
    let byte = 0;
    let hash = 0;
    for (; at < end; at++) {
      byte = buffer[at];
      if (byte <= ascii.space) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (byte !== ascii.space || at === argument || at >= end) return 0;
    const subjectEnd = at++;
    const tail = at;
    let size = 0;
    for (; at < end; at++) {
      byte = buffer[at];
      if (byte < ascii.zero || byte > ascii.nine) break;
      size = size * 10 + byte - ascii.zero;
    }
    let reply = tail;
    let sizeAt = tail;
    if (at < end && byte > ascii.space) {
      for (; at < end && buffer[at] > ascii.space; at++);
      if (at >= end || buffer[at] !== ascii.space) return 0;
      reply = at++;
      sizeAt = at;
      size = 0;
      for (; at < end; at++) {
        byte = buffer[at];
        if (byte < ascii.zero || byte > ascii.nine) break;
        size = size * 10 + byte - ascii.zero;
      }
    }
    if (
      at + 1 >= end || buffer[at] !== ascii.cr || buffer[at + 1] !== ascii.lf || at === sizeAt ||
      at - sizeAt > 9 || size > this.#maxPayloadBytes || at - argument > this.#maxControlLineBytes
    ) return 0;
    this.subjectStart = argument;
    this.subjectEnd = subjectEnd;
    this.subjectHash = hash;
    this.replyStart = tail;
    this.replyEnd = reply;
    this.headerStart = this.headerEnd = this.payloadStart = at + 2;
    this.payloadEnd = at + 2 + size;
    this.messageEnd = this.payloadEnd + 2;
    this.tailStart = tail;
    this.hasHeaders = false;
    if (this.pedantic) this.#sink.onPublishLine(this, buffer);
    return this.#payload(buffer, argument, end);
  }

  /** The message whose argument is at `argument`, if it is all there. Same results as above. */
  #payload(buffer: Uint8Array, argument: number, end: number): number {
    const crAt = this.payloadEnd;
    if (crAt < end && buffer[crAt] !== ascii.cr) return this.#fault("unknown_operation", end);
    if (crAt + 1 < end) {
      if (buffer[crAt + 1] !== ascii.lf) return this.#fault("unknown_operation", end);
      this.#state = stateStart;
      if (this.#sink.onPublish(this, buffer)) {
        return this.#state === stateStart ? crAt + 2 : -(crAt + 2) - 1;
      }
    }
    if (this.#state !== stateStopped) this.#state = statePayload;
    this.#argumentAt = argument;
    this.needed = this.messageEnd - argument;
    return -argument - 1;
  }

  #shift(by: number): void {
    this.subjectStart += by;
    this.subjectEnd += by;
    this.replyStart += by;
    this.replyEnd += by;
    this.headerStart += by;
    this.headerEnd += by;
    this.payloadStart += by;
    this.payloadEnd += by;
    this.messageEnd += by;
    if (this.tailStart >= 0) this.tailStart += by;
    this.#argumentAt += by;
  }

  #anyVerb(buffer: Uint8Array, start: number, end: number): number {
    const first = buffer[start] & 0xdf;
    if (this.connectFirst && first !== 67) return this.#fault("connect_first", end);
    for (const verb of verbs) {
      const length = matchingLength(verb, buffer, start, end);
      if (length === verb.length) return this.#afterVerb(verb, buffer, start, end);
      if (start + length === end) return -start - 1;
    }
    return this.#fault("unknown_operation", end);
  }

  #afterVerb(verb: Verb, buffer: Uint8Array, start: number, end: number): number {
    const after = start + verb.length;
    this.#verb = verb;
    if (skipVerbs.has(verb)) {
      this.#state = stateSkip;
      return after;
    }
    if (after >= end) return -start - 1;
    const isBlank = buffer[after] === ascii.space || buffer[after] === ascii.tab;
    if (!isBlank && !gluedVerbs.has(verb)) return this.#fault("unknown_operation", end);
    this.#state = stateBlanks;
    return after;
  }

  /** Whether the argument so far is within the limit; a fault otherwise. */
  #withinLine(buffer: Uint8Array, start: number, stop: number): boolean {
    if (stop - start <= this.#maxControlLineBytes) return true;
    const length = stop - start - (hasReturn(buffer, start, stop) ? 1 : 0);
    if (length <= this.#maxControlLineBytes) return true;
    this.#fault("control_line", stop);
    return false;
  }

  /** A complete argument line; `feed` is where its line feed stands. */
  #line(buffer: Uint8Array, start: number, feed: number): number {
    // As in the reference, a CR anywhere in the line takes its last byte off.
    const stop = hasReturn(buffer, start + 1, feed) ? feed - 1 : feed;
    const verb = this.#verb;
    if (verb === "PUB" || verb === "HPUB" || verb === "HMSG") {
      return this.#publishLine(verb, buffer, start, stop, feed + 1);
    }
    this.#state = stateStart;
    const goOn = this.#sink.onLine(verb as LineVerb, buffer, start, stop);
    return goOn && this.#state === stateStart ? feed + 1 : -(feed + 1) - 1;
  }

  #publishLine(
    verb: "PUB" | "HPUB" | "HMSG",
    buffer: Uint8Array,
    start: number,
    stop: number,
    payload: number,
  ): number {
    const fault = verb === "HMSG"
      // The reference takes a client's HMSG for an empty message on the empty subject.
      ? this.#frame(buffer, start, start, start, start, payload, 0, 0, false)
      : this.#arguments(verb, buffer, start, stop, payload);
    if (fault !== null) return this.#fault(fault, payload);
    if (this.pedantic && verb !== "HMSG") this.#sink.onPublishLine(this, buffer);
    this.#argumentAt = start;
    this.#state = statePayload;
    return start;
  }

  #arguments(
    verb: "PUB" | "HPUB",
    buffer: Uint8Array,
    start: number,
    stop: number,
    payload: number,
  ): ParserFault | null {
    if (verb === "HPUB" && !this.headersAllowed) return "headers_unsupported";
    const edges = splitBlanks(buffer, start, stop);
    const count = edges.length / 2;
    const sizes = verb === "HPUB" ? 2 : 1;
    if (count !== sizes + 1 && count !== sizes + 2) return "bad_arguments";
    const hasReply = count === sizes + 2;
    const sizeAt = edges.length - 2;
    const total = parseSize(buffer, edges[sizeAt], edges[sizeAt + 1]);
    const headers = verb === "HPUB" ? parseSize(buffer, edges[sizeAt - 2], edges[sizeAt - 1]) : 0;
    if (headers < 0 || total < 0 || headers > total) return "bad_arguments";
    if (total > this.#maxPayloadBytes) return "payload_too_large";
    const fault = this.#frame(
      buffer,
      edges[0],
      edges[1],
      hasReply ? edges[2] : edges[1],
      hasReply ? edges[3] : edges[1],
      payload,
      headers,
      total,
      headers > 0,
    );
    // Without header bytes it goes out as MSG, so the header size must not be in the tail.
    const firstTailWord = verb === "HPUB" && headers === 0 ? (hasReply ? -1 : sizeAt) : 2;
    if (firstTailWord > 0 && isSingleSpaced(buffer, edges, payload)) {
      this.tailStart = edges[firstTailWord];
    }
    return fault;
  }

  #frame(
    buffer: Uint8Array,
    subjectStart: number,
    subjectEnd: number,
    replyStart: number,
    replyEnd: number,
    payload: number,
    headers: number,
    total: number,
    hasHeaders: boolean,
  ): null {
    this.subjectStart = subjectStart;
    this.subjectEnd = subjectEnd;
    this.subjectHash = hashBytes(buffer, subjectStart, subjectEnd);
    this.replyStart = replyStart;
    this.replyEnd = replyEnd;
    this.headerStart = payload;
    this.headerEnd = this.payloadStart = payload + headers;
    this.payloadEnd = payload + total;
    this.messageEnd = this.payloadEnd + 2;
    this.tailStart = -1;
    this.hasHeaders = hasHeaders;
    return null;
  }

  #fault(fault: ParserFault, end: number): number {
    this.#state = stateStopped;
    this.#sink.onFault(fault);
    return -end - 1;
  }
}
