/**
 * The callbacks of the parser, and its limits.
 *
 * @module
 */
import type { PublishedFrame } from "./frame.ts";
import type { LineVerb } from "./verbs.ts";

/** Why a parser stopped. */
export type ParserFault =
  | "unknown_operation"
  | "control_line"
  | "bad_arguments"
  | "headers_unsupported"
  | "payload_too_large"
  | "connect_first";

/** Called by the parser. Each `boolean` result means: continue (true) or stop parsing for now (false). */
export interface ParserSink {
  /** Called with the argument `buffer[start, end)` of a line. */
  onLine(verb: LineVerb, buffer: Uint8Array, start: number, end: number): boolean;
  /** Called for PING and PONG. */
  onBeat(verb: "PING" | "PONG"): boolean;
  /** Called only while `pedantic`, when the line of a PUB or HPUB is complete and within the limits. */
  onPublishLine(frame: PublishedFrame, buffer: Uint8Array): void;
  /**
   * Called with a complete message. `frame` is reused: it is valid during the call only. When the sink returns
   * false, it has not accepted the message, and the next call of `parse` passes it again.
   */
  onPublish(frame: PublishedFrame, buffer: Uint8Array): boolean;
  /** Called once with the reason why parsing stopped. */
  onFault(fault: ParserFault): void;
}

/** Limits of a {@linkcode Parser}, in bytes. */
export interface ParserLimits {
  /** Longest argument of a line. */
  readonly maxControlLineBytes: number;
  /** Largest payload, headers included. */
  readonly maxPayloadBytes: number;
}
