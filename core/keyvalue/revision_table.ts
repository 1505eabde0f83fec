/**
 * What lies below a {@linkcode RevisionStore}: current entries, the history of changes, and nothing
 * that decides. A table is synchronous and belongs to one store.
 *
 * Every change carries the entry that it replaced. That is what makes reads of the past cheap: a key as
 * of revision R is the entry that its first change after R replaced or, without such a change, the
 * current one.
 *
 * @module
 */
import type { Entry } from "./contract.ts";

/** An entry with the moment at which it ends. */
export interface StoredEntry extends Entry {
  /** Wall-clock milliseconds at which it expires; undefined when it stays. */
  readonly expiresAtMs?: number;
}

/** One change as a table keeps it. */
export type StoredChange =
  | { readonly type: "put"; readonly entry: StoredEntry; readonly previous?: StoredEntry }
  | {
    readonly type: "delete";
    readonly key: string;
    readonly revision: number;
    readonly previous: StoredEntry;
  };

/** All changes of one revision, in key order. */
export interface StoredBatch {
  /** One more than that of the batch before. */
  readonly revision: number;
  /** At least one, each key once. */
  readonly changes: readonly StoredChange[];
}

/** A part of the key space as of one revision. */
export interface ListRange {
  /** Only keys that start with it. */
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  /** As of this revision, which the caller knows to be in the history. */
  readonly revision: number;
  /** Most entries to return. */
  readonly limit: number;
  /** Leave the values empty. */
  readonly keysOnly?: boolean;
}

/** A part of the history, both ends included. */
export interface HistoryRange {
  /** Only changes of keys that start with it. */
  readonly prefix: string;
  /** First revision. */
  readonly from: number;
  /** Last revision. */
  readonly to: number;
  /** Most changes to return; a revision is never cut in two. */
  readonly limit: number;
}

/** Storage with revisions. Values that are handed over belong to the receiver, in both directions. */
export interface RevisionTable extends Disposable {
  /** Revision of the last commit; 0 when there was none. */
  readonly revision: number;
  /** Changes up to and including this revision are gone; 0 when all are there. */
  readonly compactedRevision: number;
  /** The current entry of a key. */
  get(key: string): StoredEntry | undefined;
  /** Entries in key order. */
  list(range: ListRange): StoredEntry[];
  /** Past changes below a prefix, oldest first. */
  history(range: HistoryRange): StoredBatch[];
  /** Makes a batch durable, all or nothing, and shortens the history to its bounds. */
  commit(batch: StoredBatch, nowMs: number): void;
  /** The earliest end of any entry. */
  nextExpiryMs(): number | undefined;
  /** Entries whose end is not after `nowMs`, at most `limit`. */
  expired(nowMs: number, limit: number): StoredEntry[];
  /** Forgets the changes up to and including a revision. */
  compact(revision: number): void;
}
