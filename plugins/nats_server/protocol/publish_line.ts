/**
 * Reads PUB and HPUB lines in any form that the protocol allows. The usual form has a fast path in `parser.ts`;
 * both set the same offsets.
 *
 * @module
 */
import type { PublishedFrame } from "./frame.ts";
import type { ParserFault } from "./parser_sink.ts";
import { hashBytes, isSingleSpaced, parseSize, splitBlanks } from "./scan.ts";

/** The offsets that a line determines. */
export type PublishOffsets = {
  -readonly [Key in Exclude<keyof PublishedFrame, "isSameSubject">]: PublishedFrame[Key];
};

/**
 * Reads the argument `buffer[start, stop)` of a line whose payload starts at `payload`. An HMSG from a client
 * is an empty message on the empty subject, as in nats-server.
 */
export function readPublishLine(
  offsets: PublishOffsets,
  verb: "PUB" | "HPUB" | "HMSG",
  buffer: Uint8Array,
  start: number,
  stop: number,
  payload: number,
  maxPayloadBytes: number,
): ParserFault | null {
  if (verb === "HMSG") {
    fill(offsets, buffer, [start, start], payload, 0, 0);
    return null;
  }
  const edges = splitBlanks(buffer, start, stop);
  const sizes = verb === "HPUB" ? 2 : 1;
  const replies = edges.length / 2 - 1 - sizes;
  if (replies !== 0 && replies !== 1) return "bad_arguments";
  const sizeAt = edges.length - 2;
  const total = parseSize(buffer, edges[sizeAt], edges[sizeAt + 1]);
  const headers = sizes === 2 ? parseSize(buffer, edges[sizeAt - 2], edges[sizeAt - 1]) : 0;
  if (headers < 0 || total < 0 || headers > total) return "bad_arguments";
  if (total > maxPayloadBytes) return "payload_too_large";
  fill(offsets, buffer, edges, payload, headers, total);
  if (replies === 1) {
    offsets.replyStart = edges[2];
    offsets.replyEnd = edges[3];
  }
  // Without header bytes it is delivered as MSG, so the header size must not be in the tail.
  const firstTailWord = sizes === 2 && headers === 0 ? (replies === 1 ? -1 : sizeAt) : 2;
  if (firstTailWord > 0 && isSingleSpaced(buffer, edges, payload)) {
    offsets.tailStart = edges[firstTailWord];
  }
  return null;
}

function fill(
  offsets: PublishOffsets,
  buffer: Uint8Array,
  [subjectStart, subjectEnd]: readonly number[],
  payload: number,
  headers: number,
  total: number,
): void {
  offsets.subjectStart = subjectStart;
  offsets.subjectEnd = subjectEnd;
  offsets.subjectHash = hashBytes(buffer, subjectStart, subjectEnd);
  offsets.replyStart = offsets.replyEnd = subjectEnd;
  offsets.headerStart = payload;
  offsets.payloadStart = payload + headers;
  offsets.payloadEnd = payload + total;
  offsets.tailStart = -1;
  offsets.hasHeaders = headers > 0;
}
