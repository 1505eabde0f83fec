/**
 * The storage below a {@linkcode RevisionStore}: the current entries and the history of changes, without any
 * rules. A table is synchronous and belongs to one store.
 *
 * Every change contains the entry that it replaced. This makes reads at a past revision cheap: the entry of
 * a key at revision R is the one replaced by the first change of that key after R or, without such a change,
 * the current one.
 *
 * @module
 */
import type { Entry } from "./contract.ts";

/** An entry with the time at which it expires. */
export interface StoredEntry extends Entry {
  /** When it expires, in milliseconds since 1970; undefined when it does not expire. */
  readonly expiresAtMs?: number;
}

/** A change as a table stores it. */
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
  /** One more than the revision of the batch before. */
  readonly revision: number;
  /** At least one change; each key appears once. */
  readonly changes: readonly StoredChange[];
}

/** A range of keys at one revision. */
export interface ListRange {
  /** Only keys that start with it. */
  readonly prefix: string;
  /** Only keys greater than this one. */
  readonly after?: string;
  /** Revision to read at; the caller checks that the history contains it. */
  readonly revision: number;
  /** Maximum entries to return. */
  readonly limit: number;
  /** Return no further entry once this many bytes are reached (see `entryBytes`). Default: no limit. */
  readonly maxBytes?: number;
  /** Return empty values. */
  readonly keysOnly?: boolean;
}

/** A range of the history, both ends included. */
export interface HistoryRange {
  /** Only changes of keys that start with it. */
  readonly prefix: string;
  /** First revision. */
  readonly from: number;
  /** Last revision. */
  readonly to: number;
  /** Maximum changes to return, exceeded only to return a revision as a whole. */
  readonly limit: number;
  /** Return no further revision once this many bytes are reached (see `changesBytes`). Default: no limit. */
  readonly maxBytes?: number;
}

/** Storage with revisions. Values passed in belong to the table, values returned belong to the caller. */
export interface RevisionTable extends Disposable {
  /** Revision of the last commit; 0 before the first. */
  readonly revision: number;
  /** Changes up to and including this revision were removed; 0 when none were. */
  readonly compactedRevision: number;
  /** Returns the current entry of a key. */
  get(key: string): StoredEntry | undefined;
  /** Returns entries in key order. */
  list(range: ListRange): StoredEntry[];
  /** Returns past changes of keys that start with a prefix, oldest first. */
  history(range: HistoryRange): StoredBatch[];
  /** Writes a batch, completely or not at all, and trims the history to its limits. */
  commit(batch: StoredBatch, nowMs: number): void;
  /**
   * Deletes all keys that start with a prefix, as `commit` with one batch does, but without all values in memory at
   * the same time. Returns how many there were; with 0 there is no new revision. The history keeps this revision.
   */
  deletePrefix(prefix: string, revision: number, nowMs: number): number;
  /** Returns the entries that the changes of exactly the revision of the range replaced or deleted, in key order. */
  replaced(range: ListRange): StoredEntry[];
  /** Returns the earliest expiry of all entries. */
  nextExpiryMs(): number | undefined;
  /** Returns entries that expire at `nowMs` or earlier, at most `limit`. */
  expired(nowMs: number, limit: number): StoredEntry[];
  /** Removes the changes up to and including a revision. */
  compact(revision: number): void;
}
