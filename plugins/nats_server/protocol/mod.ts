/**
 * The client protocol: parser, lines that the server sends, layout of messages, CONNECT and INFO. It works on
 * bytes only and depends on nothing else of the server.
 *
 * @module
 */
export {
  ascii,
  byteString,
  byteStringBytes,
  fromByteString,
  putByteString,
  putDecimal,
  toByteString,
  utf8,
} from "./ascii.ts";
export { connectDefaults, type ConnectOptions, readConnect } from "./connect_options.ts";
export {
  bareFrame,
  type Frame,
  layOut,
  type LocalMessage,
  type PublishedFrame,
  rewrittenLine,
} from "./frame.ts";
export { goQuote } from "./go_quote.ts";
export { type ClientInfo, infoLine, isReadableInfo, type ServerInfo } from "./info.ts";
export { Parser } from "./parser.ts";
export type { ParserFault, ParserLimits, ParserSink } from "./parser_sink.ts";
export { errorLine, okBytes, pingBytes, pongBytes } from "./replies.ts";
export { hashBytes, parseSize, splitArguments } from "./scan.ts";
export { isTraceOnly } from "./trace.ts";
export type { LineVerb } from "./verbs.ts";
