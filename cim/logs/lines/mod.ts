/**
 * Lines in memory on their way to one destination: blocks, the buffer that fills them, and the writer that
 * sends them one at a time. This folder has no file, no socket and no policy for a full buffer.
 *
 * @module
 */
export { type Block, BlockPool, type BlockPoolOptions } from "./block.ts";
export { type Backlog, LineBuffer } from "./line_buffer.ts";
export { LineWriter, type LineWriterOptions } from "./line_writer.ts";
