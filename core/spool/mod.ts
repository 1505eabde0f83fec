/**
 * A bounded queue on the disk: blocks of records wait here until their destination has taken them. One folder holds
 * several queues, one per destination, under one bound. A queue has one consumer; it does not look into the blocks,
 * does not retry and does not know destinations. {@linkcode Spool.open} begins.
 *
 * Constraints. Nothing that was reported as stored is lost or repeated without being counted; memory does not grow
 * with what is stored; no state of the files makes the start fail; no more bytes than the bound are on the disk at
 * any moment; a healthy destination costs one write and no read, because the newest blocks are also in memory.
 *
 * Files. `lock` is locked by the process that uses the folder, and contains its id. `quarantine/` has copies of
 * damaged regions, at most a sixteenth of the bound and 100 files. Each queue is a folder with a `ledger` and
 * segments `<first record, 14 hex digits>-<salt, 8 hex digits>.segment`. All are private to their owner.
 *
 * Positions. The records of a queue are numbered from 1 on. The position of a block is the number of its first
 * record, and the next block's is that plus its number of records, so a gap says exactly how many records are missing.
 *
 * Segment. 16 bytes `spool segment 1\n`, blocks, and a trailer once the segment is complete. A block is a header of
 * 40 bytes and its data; the trailer is a header without data that has the position after the last block. Header,
 * little-endian: magic `SPB1` or `SPE1` (4 bytes), salt (4), length of the data (4), records (4), position (8), time of
 * the append in milliseconds since 1970 (8), CRC-32 of the data (4), CRC-32 of the 36 bytes before (4). The salt is
 * random for each segment: behind a damaged header the reader looks for the next header with this salt, and data
 * that happens to contain a segment cannot be mistaken for blocks.
 *
 * Ledger. Two slots of 64 bytes, written in turn: magic `SPL1` (4), zero (4), sequence (8), position of the first
 * record that is not settled (8), position after the last record that was written (8), zero, CRC-32 (4) of what is
 * before. It is written at once after a pause, and at most every 20 ms.
 *
 * Invariants. Blocks are written in the order of their positions, each to the last segment. A segment is removed only
 * after the ledger says that it is settled, unless the ledger cannot be written: a full disk must be able to become
 * empty. The reading side uses only bytes whose write has succeeded. A failed write is repeated at the same offset,
 * after cutting the file there. Bytes are counted against the bound before they are written, and given back after
 * the file is removed. An eighth of the bound is reserved in equal parts, so that a destination that is down
 * cannot take the room of the others.
 *
 * Recovery. The end of each segment is in its trailer; only a segment without one, after a crash the last, is read.
 * An incomplete block at its end was never reported as stored and is cut off; damaged blocks are copied to the
 * quarantine, and counted when the consumer reaches them. A missing segment, or records that the ledger knows and
 * no segment has, are counted at once. A ledger that is behind repeats blocks; one that is ahead, or of a folder whose
 * segments are gone, makes numbering continue after it. Without a valid ledger all blocks are delivered. Files that
 * are not the spool's are reported and left alone.
 *
 * Failures. While writing fails, blocks are accepted into memory as far as it reaches (`isDurable: false`), then the
 * policy for a full spool applies; writing is retried, and the result is reported as events. A segment that cannot be
 * read is retried for about half a minute and then counted as damaged.
 *
 * @module
 */
export { spoolErrors } from "./errors.ts";
export type { SpoolDamage, SpoolEvent } from "./events.ts";
export {
  diskFs,
  type SpoolFile,
  type SpoolFolderEntry,
  type SpoolFs,
  type SpoolLock,
  type SpoolOpenMode,
} from "./fs.ts";
export {
  type InspectedDamage,
  type InspectOptions,
  inspectSpool,
  type QueueInspection,
  readSpool,
  spoolOwner,
  spoolQueues,
} from "./inspect.ts";
export { MemorySpool, type MemorySpoolOptions } from "./memory_spool.ts";
export type {
  AppendResult,
  SpoolBlock,
  SpoolDurability,
  SpoolFullPolicy,
  SpoolOptions,
  SpoolQueue,
} from "./options.ts";
export { Spool } from "./spool.ts";
