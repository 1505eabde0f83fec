/**
 * Destinations with a queue: lines become blocks, blocks wait in a queue in memory or on disk, and a pump sends
 * them in order. This folder knows no protocol and no file format.
 *
 * @module
 */
export type { AppendOutcome, LineQueue, QueuedBlock } from "./line_queue.ts";
export { MemoryQueue } from "./memory_queue.ts";
export { type BlockSender, Pump, type PumpOptions, type ResendWindow } from "./pump.ts";
export { frameFormat, lineFormat, type RecordFormat } from "./record_format.ts";
export { type LineSender, SpooledLines, type SpooledLinesOptions } from "./spooled_lines.ts";
