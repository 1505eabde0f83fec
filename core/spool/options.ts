/**
 * The contract of a spool and its queues.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import type { Size } from "../units/mod.ts";
import type { SpoolEvent } from "./events.ts";
import type { SpoolFs } from "./fs.ts";

/**
 * What stored records survive: `memory` nothing, they are never written; `process` a crash of the process, also by
 * kill -9; `power` a crash of the machine too, because blocks are synced to the disk before `append` returns.
 */
export type SpoolDurability = "memory" | "process" | "power";

/**
 * What happens when the bound is reached: `block` waits for room, `drop_oldest` removes the oldest segment that is not
 * in delivery, of the queue that uses the most bytes, and `drop_newest` drops the new block.
 */
export type SpoolFullPolicy = "block" | "drop_oldest" | "drop_newest";

/** Options of {@linkcode Spool.open}. */
export interface SpoolOptions {
  /** Folder of the spool. It is created with mode 0700. */
  folder: string;
  /** Maximum bytes of all files in the folder together. Default `"1GiB"`. */
  maxBytes?: Size;
  /** Size at which a new file begins. Default `"16MiB"`, at most a sixteenth of `maxBytes`. */
  segmentBytes?: Size;
  /** Memory for blocks that were appended recently, over all queues. Default `"16MiB"`. */
  memoryBytes?: Size;
  /** What stored records survive. Default `"process"`. */
  durability?: SpoolDurability;
  /** What happens when the bound is reached. Default `"block"`. */
  whenFull?: SpoolFullPolicy;
  /** File operations to use. Default {@linkcode diskFs}. */
  fs?: SpoolFs;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Returns numbers in [0, 1). Default `Math.random`. */
  random?: () => number;
  /** Called with each event. It must not throw. */
  onEvent?: (event: SpoolEvent) => void;
}

/** Outcome of {@linkcode SpoolQueue.append}. */
export type AppendResult =
  | {
    readonly status: "stored";
    /** Number of the first record of the block in this queue. */
    readonly position: number;
    /**
     * Whether the block is as durable as configured. False while the disk fails, or when the signal aborted during the
     * write: the block is in memory then, and is written later.
     */
    readonly isDurable: boolean;
  }
  | {
    readonly status: "dropped";
    readonly reason: "spool_full" | "spool_failed" | "spool_closed";
    readonly cause?: unknown;
  };

/** A stored block. */
export interface SpoolBlock {
  /** The appended bytes. They must not be changed, and are valid until the block is settled. */
  readonly data: Uint8Array;
  /** Number of records in the block. */
  readonly records: number;
  /** Number of its first record in the queue, from 1 on. */
  readonly position: number;
  /** Bytes that the block takes of the bound. */
  readonly bytes: number;
  /** When it was appended, in milliseconds since 1970. */
  readonly appendedMs: number;
}

/** One queue of a spool, with one consumer. */
export interface SpoolQueue {
  /** Name of the queue. */
  readonly name: string;
  /** Records that are stored and not settled. */
  readonly records: number;
  /** Bytes that the queue uses of the bound. */
  readonly bytes: number;
  /** Records found when the spool was opened. */
  readonly inherited: number;
  /** Number of the first record that is not as durable as configured yet: all before it are. */
  readonly durableEnd: number;
  /**
   * When the oldest block that is not settled was appended, in milliseconds since 1970; undefined when empty. After a
   * restart it is the time of the first block of the segment until a block was taken, which is never later.
   */
  readonly oldestMs: number | undefined;
  /**
   * Appends one block of `records` framed records; the queue does not look inside. The caller may reuse `data` when
   * the promise resolves. Blocks are stored in the order of the calls. When the disk is slower than the caller, it
   * waits until the signal aborts, whatever the policy is.
   *
   * @throws {RangeError} When `records` is not an integer above 0.
   */
  append(data: Uint8Array, records: number, signal?: AbortSignal): Promise<AppendResult>;
  /**
   * The oldest block that was not taken yet; waits for one. Undefined when the signal aborts or the spool closes.
   *
   * @throws {TypeError} When another call is waiting.
   */
  take(signal: AbortSignal): Promise<SpoolBlock | undefined>;
  /**
   * The oldest block that was not taken yet, without waiting for one. Undefined when there is none, the signal aborts
   * or the spool closes.
   *
   * @throws {TypeError} When another call is waiting.
   */
  takeReady(signal: AbortSignal): Promise<SpoolBlock | undefined>;
  /**
   * Marks a taken block as done: it is not returned again, except after a crash within some milliseconds. Blocks are
   * settled in the order in which they were taken.
   *
   * @throws {TypeError} When it is not the oldest taken block.
   */
  settle(block: SpoolBlock): void;
  /** Blocks that were taken and not settled are returned again by the next calls of `take`. */
  rewind(): void;
  /** The blocks that are not settled, for inspection. Blocks that are damaged are left out. */
  blocks(): AsyncIterable<SpoolBlock>;
}
