/** A block of whole records that waits in a queue. */
export interface QueuedBlock {
  /** The records, as the format of the destination frames them. */
  readonly data: Uint8Array;
  /** Number of records. */
  readonly records: number;
  /** Number of the first record in the queue. */
  readonly position: number;
}

/** Outcome of {@linkcode LineQueue.append}. */
export type AppendOutcome =
  | {
    readonly status: "stored";
    /** Number of the first record of the block in the queue. */
    readonly position: number;
    /** Whether the block is as durable as the queue can be. False: it is in memory and is written later. */
    readonly isDurable: boolean;
  }
  | { readonly status: "dropped"; readonly reason: string; readonly cause?: unknown };

/** A queue of blocks in memory or on disk; the queues of `core/spool` have this shape. */
export interface LineQueue {
  /** Records that are not settled. */
  readonly records: number;
  /**
   * Adds a block; `data` may be reused afterwards. It may wait for room until `signal` aborts. The reason
   * `spool_failed` means that another attempt may succeed.
   */
  append(data: Uint8Array, records: number, signal?: AbortSignal): Promise<AppendOutcome>;
  /** Returns the oldest block that was not taken; waits for one until `signal` aborts. */
  take(signal: AbortSignal): Promise<QueuedBlock | undefined>;
  /** Returns the oldest block that was not taken, without waiting for one. */
  takeReady(signal: AbortSignal): Promise<QueuedBlock | undefined>;
  /** Removes a block that was taken. Blocks are settled in the order in which they were taken. */
  settle(block: QueuedBlock): void;
  /** Blocks that were taken and not settled are returned by `take` again. */
  rewind(): void;
}
