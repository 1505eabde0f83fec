/**
 * Destinations with a queue: lines become blocks, blocks wait in a queue of the spool, and a pump sends
 * them in order. This folder knows no protocol and no file format.
 *
 * @module
 */
export { frameFormat, lineFormat, type RecordFormat } from "./record_format.ts";
export { type LineSender, SpooledLines, type SpooledLinesOptions } from "./spooled_lines.ts";
