/**
 * What the parser tells, and within which bounds it works.
 *
 * @module
 */
import type { Parser } from "./parser.ts";
import type { LineVerb } from "./verbs.ts";

/** Why a parser stopped for good. */
export type ParserFault =
  | "unknown_operation"
  | "control_line"
  | "bad_arguments"
  | "headers_unsupported"
  | "payload_too_large"
  | "connect_first";

/** What the parser calls. Each `boolean` says: go on (true), or stop here (false). */
export interface ParserSink {
  /** A line with an argument, `buffer[start, end)`. False stops the parser after this line. */
  onLine(verb: LineVerb, buffer: Uint8Array, start: number, end: number): boolean;
  /** PING or PONG. False stops the parser after this line. */
  onBeat(verb: "PING" | "PONG"): boolean;
  /** The line of a PUB or HPUB is complete and within limits; called only while `pedantic`. */
  onPublishLine(parser: Parser, buffer: Uint8Array): void;
  /**
   * A whole message; its offsets are in the parser. False means: not taken, stop, and offer it again in
   * the next call.
   */
  onPublish(parser: Parser, buffer: Uint8Array): boolean;
  /** Nothing more is parsed after this. */
  onFault(fault: ParserFault): void;
}

/** Bounds of a {@linkcode Parser}, in bytes. */
export interface ParserLimits {
  /** Longest argument of a line. */
  readonly maxControlLineBytes: number;
  /** Largest payload, headers included. */
  readonly maxPayloadBytes: number;
}
