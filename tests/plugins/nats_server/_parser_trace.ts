/**
 * Feeds a parser as a connection does and records its calls.
 *
 * @module
 */
import { byteString } from "../../../plugins/nats_server/protocol/ascii.ts";
import { Parser } from "../../../plugins/nats_server/protocol/parser.ts";
import type { ParserSink } from "../../../plugins/nats_server/protocol/parser_sink.ts";

/** A parser with a sink that records its calls. */
export class ParserTrace implements ParserSink {
  readonly said: string[] = [];
  readonly parser: Parser;
  /** How many messages to refuse before accepting them. */
  refusals = 0;
  #buffer = new Uint8Array(0);

  constructor(limits = { maxControlLineBytes: 2048, maxPayloadBytes: 1 << 20 }) {
    this.parser = new Parser(this, limits);
    this.parser.headersAllowed = true;
  }

  /** Parses the unconsumed bytes followed by these. */
  feed(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#buffer.length + bytes.length);
    joined.set(this.#buffer);
    joined.set(bytes, this.#buffer.length);
    this.#buffer = joined.slice(this.parser.parse(joined, 0, joined.length));
  }

  /** Bytes the parser has not consumed. */
  get kept(): number {
    return this.#buffer.length;
  }

  onLine(verb: string, buffer: Uint8Array, start: number, end: number): boolean {
    this.said.push(`${verb} ${byteString(buffer, start, end)}`);
    return true;
  }

  onBeat(verb: string): boolean {
    this.said.push(verb);
    return true;
  }

  onPublishLine(): void {
    this.said.push("pedantic");
  }

  onPublish(frame: Parser, buffer: Uint8Array): boolean {
    if (this.refusals > 0) {
      this.refusals--;
      return false;
    }
    const text = (start: number, end: number) => byteString(buffer, start, end);
    this.said.push(JSON.stringify([
      text(frame.subjectStart, frame.subjectEnd),
      text(frame.replyStart, frame.replyEnd),
      text(frame.headerStart, frame.payloadStart),
      text(frame.payloadStart, frame.payloadEnd),
    ]));
    return true;
  }

  onFault(fault: string): void {
    this.said.push(`fault ${fault}`);
  }
}

/** The bytes of a text, one per character. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
