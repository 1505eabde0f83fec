/**
 * What is left of the blocks that a sender was given, as pieces that become one batch or several, and what a failed
 * batch means for it and for the batches that were in flight with it.
 *
 * Order. A broker accepts the batches of one producer for a partition only with consecutive sequence numbers. So after
 * the first failure of a partition, the batches behind it were refused, or their outcome is unknown: all of them go
 * back to the front, in their order, and are sent one at a time.
 *
 * @module
 */
import type { BatchRange, Cursor } from "./_record_batch.ts";
import type { ProduceVerdict } from "./errors.ts";

/** Records that follow each other and go to one partition, or to any. */
export interface Piece {
  /** Takes only the records whose keys decide this partition; undefined takes all. */
  readonly keyed: number | undefined;
  /** Where its next batch begins. */
  from: Cursor;
  /** Position in the blocks where it ends. */
  readonly end: number;
  /** Maximum records of its next batch. */
  maxRecords: number;
  /** The partition to which a batch with these records was sent before. */
  readonly sentTo?: number;
  /** The batch that it repeats, which must be the same again because it may be in the log. */
  readonly repeated?: RepeatedBatch;
}

/** A batch that is sent again. */
export interface RepeatedBatch {
  /** Its sequence number; -1 without identity. */
  readonly sequence: number;
  /** Whether the answer of an attempt was lost, so that it may be in the log. */
  readonly maybeWritten: boolean;
}

/** A batch that was sent. */
export interface SentBatch {
  /** Of its piece. */
  readonly keyed: number | undefined;
  /** Whether no other batch may be in flight with it. */
  readonly isAlone: boolean;
  readonly range: BatchRange;
  readonly partition: number;
  /** -1 without identity. */
  readonly sequence: number;
  /** Whether the answer of an attempt was lost. */
  readonly maybeWritten: boolean;
}

/** A batch that was not acknowledged. */
export interface FailedBatch extends SentBatch {
  readonly verdict: Exclude<ProduceVerdict, "written">;
  /** Short, for metrics. */
  readonly reason: string;
  readonly cause: unknown;
}

/** What to do after failures. */
export interface Failures {
  /** What is sent again, in this order. */
  readonly again: readonly Piece[];
  /** Batches that were refused for good: their sequence numbers, and those behind them, are free again. */
  readonly refused: readonly FailedBatch[];
  /** The failure because of which sending has to pause; undefined when it can go on at once. */
  readonly pausedBy: FailedBatch | undefined;
  /** Whether the identity of the producer cannot be used any more. */
  readonly isSessionOver: boolean;
  /** Records that are sent with another identity although they may be in the log. */
  readonly maybeRepeated: number;
}

/** Blocks that are being sent, and what is left of them. */
export interface Job {
  readonly records: number;
  readonly bytes: number;
  /** Undefined until the partitions of the topic are known. */
  pieces: Piece[] | undefined;
}

/** All records of some blocks, of which each goes to the partition of its key, or all to any. */
export function wholePiece(keyed: number | undefined, end: number): Piece {
  return { keyed, from: blockStart, end, maxRecords: Infinity };
}

const blockStart: Cursor = Object.freeze({ at: 0, index: 0 });

/** Whether its batch must be alone in flight: what failed before is sent one by one. */
export function isSentAlone({ sentTo }: Piece): boolean {
  return sentTo !== undefined;
}

/** Moves a piece behind a batch of it; returns whether records are left. */
export function advance(piece: Piece, { to, records }: BatchRange): boolean {
  piece.from = to;
  // After a search for a refused record: twice as many each time.
  piece.maxRecords = 2 * Math.max(records, piece.maxRecords);
  return piece.repeated === undefined && to.at < piece.end;
}

/**
 * Decides about batches that failed while they were in flight together, in the order in which they were sent. The first
 * one of each partition decides for those behind it.
 */
export function judge(failed: readonly FailedBatch[]): Failures {
  const first = new Map<number, FailedBatch>();
  for (const batch of failed) {
    if (!first.has(batch.partition)) first.set(batch.partition, batch);
  }
  const decisive = [...first.values()];
  const isSessionOver = decisive.some(({ verdict }) => verdict === "new_producer");
  const again: Piece[] = [];
  let maybeRepeated = 0;
  for (const batch of failed) {
    const cause = first.get(batch.partition)!;
    if (isRefused(cause)) {
      again.push(...piecesOfRefused(batch, batch === cause));
    } else if (isSessionOver) {
      if (batch.maybeWritten) maybeRepeated += batch.range.records;
      again.push(pieceOf(batch));
    } else {
      again.push(repeatOf(batch));
    }
  }
  return {
    again,
    refused: decisive.filter(isRefused),
    pausedBy: decisive.find((batch) => !isRefused(batch)),
    isSessionOver,
    maybeRepeated,
  };
}

function isRefused({ verdict }: FailedBatch): boolean {
  return verdict === "too_large" || verdict === "invalid";
}

/**
 * Makes the pieces of a partition, or of all, new batches instead of repeated ones: their sequence numbers are not valid
 * any more. Returns the records that may be in the log nevertheless.
 */
export function forgetRepeated(pieces: Piece[], partition?: number): number {
  let records = 0;
  for (const [at, piece] of pieces.entries()) {
    if (piece.repeated === undefined) continue;
    if (partition !== undefined && piece.sentTo !== partition) continue;
    if (piece.repeated.maybeWritten) records += piece.maxRecords;
    pieces[at] = { ...piece, repeated: undefined };
  }
  return records;
}

/** The records of a refused batch in halves, to find the one that is refused; none when it is that one. */
function piecesOfRefused(batch: FailedBatch, isDecisive: boolean): Piece[] {
  // Those behind the refused one only had a wrong sequence number.
  if (!isDecisive) return [pieceOf(batch)];
  const { records } = batch.range;
  return records === 1 ? [] : [pieceOf(batch, records >> 1)];
}

function pieceOf({ keyed, range, partition }: FailedBatch, maxRecords = Infinity): Piece {
  return { keyed, from: range.first, end: range.to.at, maxRecords, sentTo: partition };
}

function repeatOf(batch: FailedBatch): Piece {
  const { range, sequence, maybeWritten } = batch;
  return { ...pieceOf(batch, range.records), repeated: { sequence, maybeWritten } };
}
