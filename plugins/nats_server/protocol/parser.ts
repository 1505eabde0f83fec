/**
 * The protocol parser. Reads bytes and calls a {@linkcode ParserSink}.
 *
 * ```text
 * line    = verb blank+ argument LF        ; a CR before the LF is part of the line end
 * PUB     = "PUB"  subject [reply] size           LF payload CR LF
 * HPUB    = "HPUB" subject [reply] headers total  LF headers payload CR LF
 * verbs   = CONNECT INFO PUB HPUB SUB UNSUB PING PONG +OK -ERR, upper or lower case
 * ```
 *
 * Invariants:
 * - The caller owns the buffer and the parser copies nothing. Bytes that were not consumed (the argument of an
 *   incomplete line, or an incomplete message from its argument on) stay with the caller, which passes them
 *   again, contiguous and followed by more bytes, in the next call. So a message is always contiguous.
 * - Between calls the state is a verb, not a position within a word: an incomplete verb is read again.
 * - Blanks before an argument and the rest of a PING, PONG or +OK line are consumed at once, so the unconsumed
 *   bytes are bounded by the control line limit or by the payload limit.
 * - A message allocates nothing. Its offsets are fields of the parser, which the sink gets as a
 *   {@linkcode PublishedFrame}.
 *
 * An error is reported at the first invalid byte, as in nats-server.
 *
 * @module
 */
import { ascii } from "./ascii.ts";
import type { PublishedFrame } from "./frame.ts";
import type { ParserFault, ParserLimits, ParserSink } from "./parser_sink.ts";
import { readPublishLine } from "./publish_line.ts";
import { find, hasReturn, matchingLength } from "./scan.ts";
import { gluedVerbs, type LineVerb, skipVerbs, type Verb, verbs } from "./verbs.ts";

const stateStart = 0;
const stateBlanks = 1;
const stateArgument = 2;
const stateSkip = 3;
const statePayload = 4;
const stateStopped = 5;
/** The sink refused a complete message: the next call passes it again. */
const stateHeld = 6;
const { cr, lf, space, tab, zero } = ascii;

/** Parser of one connection. See the module comment for the ownership of buffers. */
export class Parser implements PublishedFrame {
  subjectStart = 0;
  subjectEnd = 0;
  subjectHash = 0;
  isSameSubject = false;
  replyStart = 0;
  replyEnd = 0;
  headerStart = 0;
  payloadStart = 0;
  payloadEnd = 0;
  tailStart = 0;
  hasHeaders = false;

  /** Buffer size needed to continue, in bytes from the first unconsumed one; 0 when any size will do. */
  needed = 0;
  /** Whether the sink sees publish lines before their payload has arrived. */
  pedantic = false;
  /** Whether HPUB is allowed. */
  headersAllowed = false;
  /** Whether the first verb must be CONNECT. */
  connectFirst = false;

  readonly #sink: ParserSink;
  #maxControlLineBytes: number;
  #maxPayloadBytes: number;
  #state = stateStart;
  #verb: Verb = "PING";
  /** Offset of the unconsumed argument when the last call ended. */
  #argumentAt = 0;
  /** Subject of the last message that the fast path parsed. */
  readonly #lastSubject = new Uint8Array(64);
  #lastLength = 0;

  constructor(sink: ParserSink, limits: ParserLimits) {
    this.#sink = sink;
    this.#maxControlLineBytes = limits.maxControlLineBytes;
    this.#maxPayloadBytes = limits.maxPayloadBytes;
  }

  /** Changes the limits, beginning with the next line. */
  setLimits({ maxControlLineBytes, maxPayloadBytes }: ParserLimits): void {
    this.#maxControlLineBytes = maxControlLineBytes;
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** Stops parsing; every further call discards its bytes. */
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
          if (!this.connectFirst) at = this.#plainMessages(buffer, at, end);
          if (this.#state !== stateStart) break;
          if (at >= end) return at;
          at = this.#anyVerb(buffer, at, end);
          if (at < 0) return -at - 1;
          break;
        }
        case stateBlanks: {
          while (at < end && (buffer[at] === space || buffer[at] === tab)) at++;
          if (at >= end) return at;
          this.#argumentAt = at;
          this.#state = stateArgument;
          break;
        }
        case stateArgument: {
          // The first byte always belongs to the argument, even a line feed, as in nats-server.
          const feed = find(lf, buffer, at + 1, end);
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
          const feed = find(lf, buffer, at, end);
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
        case stateHeld: {
          this.#state = statePayload;
          return at;
        }
        default:
          return end;
      }
    }
  }

  /**
   * Fast path: parses consecutive messages of the form `PUB subject [reply] size CRLF payload CRLF`. Returns the
   * offset of the first unconsumed byte; the general path continues there unless the state has changed.
   */
  #plainMessages(buffer: Uint8Array, start: number, end: number): number {
    const sink = this.#sink;
    const maxSize = this.#maxPayloadBytes;
    const maxLine = this.#maxControlLineBytes;
    let message = start;
    while (
      end - message > 4 && buffer[message] === 80 && buffer[message + 1] === 85 &&
      buffer[message + 2] === 66 && buffer[message + 3] === space
    ) {
      const argument = message + 4;
      const subjectEnd = this.#subject(buffer, argument, end);
      if (subjectEnd === argument || subjectEnd >= end || buffer[subjectEnd] !== space) break;
      const tail = subjectEnd + 1;
      let reply = tail;
      let at = tail;
      let size = 0;
      let digit = 0;
      for (; at < end && (digit = buffer[at] - zero) >= 0 && digit <= 9; at++) {
        size = size * 10 + digit;
      }
      if (at < end && buffer[at] > space) {
        while (at < end && buffer[at] > space) at++;
        if (at >= end || buffer[at] !== space) break;
        reply = at++;
        size = 0;
        for (; at < end && (digit = buffer[at] - zero) >= 0 && digit <= 9; at++) {
          size = size * 10 + digit;
        }
      }
      const digits = at - (reply === tail ? tail : reply + 1);
      if (
        at + 1 >= end || buffer[at] !== cr || buffer[at + 1] !== lf || digits === 0 || digits > 9 ||
        size > maxSize || at - argument > maxLine
      ) break;
      const payload = at + 2;
      const payloadEnd = payload + size;
      this.subjectStart = argument;
      this.subjectEnd = subjectEnd;
      this.replyStart = tail;
      this.replyEnd = reply;
      this.headerStart = this.payloadStart = payload;
      this.payloadEnd = payloadEnd;
      this.tailStart = tail;
      this.hasHeaders = false;
      if (this.pedantic) sink.onPublishLine(this, buffer);
      if (payloadEnd + 1 >= end || buffer[payloadEnd] !== cr || buffer[payloadEnd + 1] !== lf) {
        this.#argumentAt = argument;
        this.#state = statePayload;
        return argument;
      }
      if (!sink.onPublish(this, buffer)) {
        if (this.#state === stateStopped) return payloadEnd + 2;
        this.#argumentAt = argument;
        this.#state = stateHeld;
        return argument;
      }
      message = payloadEnd + 2;
      if (this.#state !== stateStart) break;
    }
    return message;
  }

  /** Offset after the subject. Compares with the previous subject first: that costs less than hashing. */
  #subject(buffer: Uint8Array, start: number, end: number): number {
    const last = this.#lastSubject;
    const length = this.#lastLength;
    let at = 0;
    while (at < length && buffer[start + at] === last[at]) at++;
    if (at === length && length > 0 && start + at < end && buffer[start + at] === space) {
      this.isSameSubject = true;
      return start + at;
    }
    let hash = 0;
    at = start;
    for (; at < end; at++) {
      const byte = buffer[at];
      if (byte <= space) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
      if (at - start < last.length) last[at - start] = byte;
    }
    this.#lastLength = at - start <= last.length ? at - start : 0;
    this.isSameSubject = false;
    this.subjectHash = hash;
    return at;
  }

  /** Passes on the message whose argument is at `argument`, if it is complete. Returns as `#anyVerb` does. */
  #payload(buffer: Uint8Array, argument: number, end: number): number {
    const crAt = this.payloadEnd;
    if (crAt < end && buffer[crAt] !== cr) return this.#fault("unknown_operation", end);
    if (crAt + 1 < end) {
      if (buffer[crAt + 1] !== lf) return this.#fault("unknown_operation", end);
      this.#state = stateStart;
      if (this.#sink.onPublish(this, buffer)) {
        return this.#state === stateStart ? crAt + 2 : -(crAt + 2) - 1;
      }
    }
    if (this.#state !== stateStopped) this.#state = statePayload;
    this.#argumentAt = argument;
    this.needed = this.payloadEnd + 2 - argument;
    return -argument - 1;
  }

  #shift(by: number): void {
    this.subjectStart += by;
    this.subjectEnd += by;
    this.replyStart += by;
    this.replyEnd += by;
    this.headerStart += by;
    this.payloadStart += by;
    this.payloadEnd += by;
    if (this.tailStart >= 0) this.tailStart += by;
    this.#argumentAt += by;
  }

  /** The offset to continue at, or `-offset - 1` when parsing must stop there. */
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
    const isBlank = buffer[after] === space || buffer[after] === tab;
    if (!isBlank && !gluedVerbs.has(verb)) return this.#fault("unknown_operation", end);
    this.#state = stateBlanks;
    return after;
  }

  /** Whether the argument so far is within the limit; reports a fault if not. */
  #withinLine(buffer: Uint8Array, start: number, stop: number): boolean {
    if (stop - start <= this.#maxControlLineBytes) return true;
    const length = stop - start - (hasReturn(buffer, start, stop) ? 1 : 0);
    if (length <= this.#maxControlLineBytes) return true;
    this.#fault("control_line", stop);
    return false;
  }

  /** Handles a complete argument line; `feed` is the offset of its line feed. */
  #line(buffer: Uint8Array, start: number, feed: number): number {
    // As in nats-server, a CR anywhere in the line removes the last byte of the line.
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
    if (verb === "HPUB" && !this.headersAllowed) return this.#fault("headers_unsupported", payload);
    this.isSameSubject = false;
    this.#lastLength = 0;
    const fault = readPublishLine(this, verb, buffer, start, stop, payload, this.#maxPayloadBytes);
    if (fault !== null) return this.#fault(fault, payload);
    if (this.pedantic && verb !== "HMSG") this.#sink.onPublishLine(this, buffer);
    this.#argumentAt = start;
    this.#state = statePayload;
    return start;
  }

  #fault(fault: ParserFault, end: number): number {
    this.#state = stateStopped;
    this.#sink.onFault(fault);
    return -end - 1;
  }
}
