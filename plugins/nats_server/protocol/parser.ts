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
import { readPublishLine } from "./publish_line.ts";
import { find, hasReturn, matchingLength } from "./scan.ts";
import { gluedVerbs, type LineVerb, skipVerbs, type Verb, verbs } from "./verbs.ts";

const stateStart = 0;
const stateBlanks = 1;
const stateArgument = 2;
const stateSkip = 3;
const statePayload = 4;
const stateStopped = 5;
/** A whole message was not taken: it is offered again in the next call. */
const stateHeld = 6;
const { cr, lf, space, tab, zero } = ascii;

/** Parser of one connection. See the module comment for who owns what. */
export class Parser {
  /** Subject of the message: `[subjectStart, subjectEnd)`. */
  subjectStart = 0;
  subjectEnd = 0;
  /** Hash of the subject's bytes; only when `sameSubject` is false. */
  subjectHash = 0;
  /** Whether the subject is that of the message before. */
  sameSubject = false;
  /** Reply subject; empty when none. */
  replyStart = 0;
  replyEnd = 0;
  /** Headers: `[headerStart, payloadStart)`; empty when none. */
  headerStart = 0;
  /** Payload without headers. */
  payloadStart = 0;
  payloadEnd = 0;
  /**
   * From here to the CRLF after the payload the bytes are just as a MSG or HMSG line goes on after the sid:
   * `[reply] size CRLF payload CRLF`, single blanks. -1 when the client wrote them in another way.
   */
  tailStart = 0;
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
  /** Subject of the last message that came the fast way. */
  readonly #lastSubject = new Uint8Array(64);
  #lastLength = 0;

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
          // The first byte is part of the argument whatever it is, a line feed too: so does the reference.
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
   * Takes messages written in the usual way, `PUB subject [reply] size CRLF payload CRLF`, one after the
   * other. Returns the offset of the first byte not taken; what stands there is for the slow way, unless
   * the state has changed.
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

  /** Where the subject ends. The one before it most likely comes again: comparing is less than hashing. */
  #subject(buffer: Uint8Array, start: number, end: number): number {
    const last = this.#lastSubject;
    const length = this.#lastLength;
    let at = 0;
    while (at < length && buffer[start + at] === last[at]) at++;
    if (at === length && length > 0 && start + at < end && buffer[start + at] === space) {
      this.sameSubject = true;
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
    this.sameSubject = false;
    this.subjectHash = hash;
    return at;
  }

  /** The message whose argument is at `argument`, if it is all there. Same results as above. */
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
    if (verb === "HPUB" && !this.headersAllowed) return this.#fault("headers_unsupported", payload);
    this.sameSubject = false;
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
