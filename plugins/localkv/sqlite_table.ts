/**
 * A revision table in one SQLite file: write-ahead logging, one connection, one SQLite transaction per
 * commit, which takes 30 microseconds on an idle machine and 100 on a busy one. Grouping the commits of one
 * turn of the event loop into one SQLite transaction would save two thirds of that (measured with groups of
 * ten and a hundred), but every call would have to wait for its group; for many writes at once there is `txn`.
 * With durability `power`, each commit also waits for a disk sync and blocks the event loop meanwhile.
 *
 * SQLite's exclusive locking mode keeps other processes, and other connections of this process, out from the
 * first access until the connection is closed or the process ends, however it ends. No lock file of our own
 * is needed: tests show that a second connection is refused, also on an empty file.
 *
 * SQLite's page limit bounds the file. When it is full, the history is removed first, because current entries
 * matter more than past ones.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import {
  changesBytes,
  entryBytes,
  type HistoryRange,
  type ListRange,
  type RevisionTable,
  type StoredBatch,
  type StoredChange,
  type StoredEntry,
} from "../../core/keyvalue/mod.ts";
import { corruptError, isFull, storeError } from "./errors.ts";
import { bounds, type Chunk, inChunks } from "./_chunks.ts";
import { entryOf, type EntryRow, type HistoryRow, historyRow, storedChange } from "./_rows.ts";
import { applicationId, schema, schemaVersion, statements } from "./_schema.ts";

/** Options of {@linkcode SqliteTable}. */
export interface SqliteTableOptions {
  /** `process`: a commit survives a crash of the process; `power`: also a crash of the machine. */
  readonly durability: "process" | "power";
  /** Maximum size of the file in bytes, without its write-ahead log. */
  readonly maxBytes: number;
  /** Maximum changes kept; trimmed when it is exceeded by an eighth. */
  readonly maxHistory: number;
  /** Maximum age of these changes in milliseconds. */
  readonly maxHistoryAgeMs: number;
}

type Statements = { readonly [K in keyof typeof statements]: StatementSync };

/** SQLite truncates its write-ahead log to this size after the log was larger. */
const maxLogBytes = 4 * 1024 * 1024;
const ageCheckMs = 60_000;

/** A revision table in a SQLite file. */
export class SqliteTable implements RevisionTable {
  readonly #path: string;
  readonly #options: SqliteTableOptions;
  readonly #database: DatabaseSync;
  readonly #do: Statements;
  #revision = 0;
  #compactedRevision = 0;
  #historySize = 0;
  #compactions = 0;
  #failures = 0;
  #lastFailure: Error | undefined;
  #nextExpiryMs: number | undefined;
  #nextAgeCheckMs = -Infinity;

  /** Opens or creates the file; throws `store_corrupt` when it is damaged or belongs to another program. */
  constructor(path: string, options: SqliteTableOptions) {
    this.#path = path;
    this.#options = options;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path);
      this.#database = database;
      this.#prepareFile();
      this.#do = prepareAll(database);
      this.#load();
    } catch (cause) {
      database?.close();
      throw storeError("open the embedded store", path, cause);
    }
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  /** Number of changes in the history. */
  get historySize(): number {
    return this.#historySize;
  }

  /** How often the history was trimmed. */
  get compactions(): number {
    return this.#compactions;
  }

  /** Reads and writes that failed. */
  get failures(): number {
    return this.#failures;
  }

  /** Error of the last read or write that failed; undefined after a successful write. */
  get lastFailure(): Error | undefined {
    return this.#lastFailure;
  }

  /** Size of the file in bytes, without its write-ahead log. */
  get fileBytes(): number {
    const { page_count: pages } = this.#do.pageCount.get() as { page_count: number };
    return pages * this.#pageBytes();
  }

  get(key: string): StoredEntry | undefined {
    const row = this.#read(() => this.#do.get.get(key)) as EntryRow | undefined;
    return row && entryOf(row);
  }

  list(range: ListRange): StoredEntry[] {
    const { revision } = range;
    return this.#page(
      range,
      (chunk) =>
        revision >= this.#revision
          ? this.#do.list.all(chunk)
          : this.#do.listAsOf.all({ ...chunk, revision }),
    );
  }

  replaced(range: ListRange): StoredEntry[] {
    const { revision } = range;
    return this.#page(range, (chunk) => this.#do.replaced.all({ ...chunk, revision }));
  }

  history({ prefix, from, to, limit, maxBytes = Infinity }: HistoryRange): StoredBatch[] {
    return this.#read(() => {
      const batches: { revision: number; changes: StoredChange[] }[] = [];
      let size = 0;
      let bytes = 0;
      const rows = inChunks<HistoryRow>(Infinity, (last, limit) => {
        const start = last ? { from: last.revision, after: last.key } : { from, after: "" };
        return this.#do.history.all({ ...bounds(prefix), ...start, to, limit });
      });
      for (const row of rows) {
        const { revision } = row;
        const change = storedChange(row);
        const last = batches.at(-1);
        if (last?.revision === revision) {
          last.changes.push(change);
        } else {
          if (size >= limit || bytes >= maxBytes) break;
          batches.push({ revision, changes: [change] });
        }
        size++;
        bytes += changesBytes([change]);
      }
      return batches;
    });
  }

  commit(batch: StoredBatch, nowMs: number): void {
    const { revision, changes } = batch;
    this.#writeWithRoom(() => {
      for (const change of changes) this.#apply(change, revision, nowMs);
    });
    this.#committed(revision, changes.length, nowMs, this.#readNextExpiry(batch));
  }

  deletePrefix(prefix: string, revision: number, nowMs: number): number {
    const count = this.#writeWithRoom(() => this.#applyDelete(prefix, revision, nowMs));
    if (count > 0) this.#committed(revision, count, nowMs, this.#queryNextExpiry());
    return count;
  }

  nextExpiryMs(): number | undefined {
    return this.#nextExpiryMs;
  }

  expired(nowMs: number, limit: number): StoredEntry[] {
    const rows = this.#read(() => this.#do.expired.all(nowMs, limit));
    return (rows as unknown as EntryRow[]).map(entryOf);
  }

  compact(revision: number): void {
    if (revision <= this.#compactedRevision) return;
    try {
      this.#write(() => {
        this.#historySize -= Number(this.#do.trim.run(revision).changes);
        this.#do.compacted.run(revision);
      });
    } catch (cause) {
      throw this.#failed("compact the history", cause);
    }
    this.#compactedRevision = revision;
    this.#compactions++;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #prepareFile(): void {
    const { durability, maxBytes } = this.#options;
    const database = this.#database;
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`);
    database.exec(`PRAGMA journal_size_limit = ${maxLogBytes}`);
    database.exec(
      `PRAGMA max_page_count = ${Math.max(64, Math.floor(maxBytes / this.#pageBytes()))}`,
    );
    const version = this.#pragma("user_version");
    if (version === 0 && this.#pragma("page_count") <= 1) {
      database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
    } else if (this.#pragma("application_id") !== applicationId || version !== schemaVersion) {
      throw corruptError("open the embedded store", this.#path, `not a store of version 1`);
    }
    const check = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
    if (check.quick_check !== "ok") {
      throw corruptError("open the embedded store", this.#path, check.quick_check);
    }
  }

  #load(): void {
    const last = this.#do.lastRevision.get() as { revision: number | null };
    const compacted = this.#do.compactedRevision.get() as { revision: number };
    const { count } = this.#do.historySize.get() as { count: number };
    this.#compactedRevision = compacted.revision;
    this.#revision = last.revision ?? compacted.revision;
    this.#historySize = count;
    this.#nextExpiryMs = this.#queryNextExpiry();
  }

  #apply(change: StoredChange, revision: number, nowMs: number): void {
    if (change.type === "put") {
      const { key, value, createRevision, expiresAtMs = null } = change.entry;
      this.#do.put.run(key, value, revision, createRevision, expiresAtMs);
    } else {
      this.#do.delete.run(change.key);
    }
    this.#do.record.run(...historyRow(change, revision, nowMs));
  }

  /** Deletes key by key: one statement for all would need room for every value twice, in `entries` and `history`. */
  #applyDelete(prefix: string, revision: number, nowMs: number): number {
    const keys = inChunks<{ key: string }>(Infinity, (last, limit) => {
      return this.#do.keys.all({ ...bounds(prefix, last?.key), limit });
    });
    let count = 0;
    for (const { key } of keys) {
      const previous = entryOf(this.#do.get.get(key) as unknown as EntryRow);
      this.#apply({ type: "delete", key, revision, previous }, revision, nowMs);
      count++;
    }
    return count;
  }

  /** Updates what is kept in memory after a write, and trims the history. */
  #committed(revision: number, changes: number, nowMs: number, nextExpiry?: number): void {
    this.#revision = revision;
    this.#historySize += changes;
    this.#nextExpiryMs = nextExpiry;
    try {
      this.#trim(nowMs);
    } catch (cause) {
      // The batch is written, so the commit succeeded. The next commit trims again.
      this.#failed("trim", cause);
    }
  }

  /** Runs a transaction; when the file is full, removes the history and runs it once more. */
  #writeWithRoom<T>(work: () => T): T {
    const result = this.#tryWrite(work);
    this.#lastFailure = undefined;
    return result;
  }

  #tryWrite<T>(work: () => T): T {
    try {
      return this.#write(work);
    } catch (cause) {
      if (!isFull(cause) || this.#historySize === 0) throw this.#failed("write", cause);
      this.compact(this.#revision);
    }
    try {
      return this.#write(work);
    } catch (again) {
      throw this.#failed("write", again);
    }
  }

  /** Runs a transaction, completely or not at all. */
  #write<T>(work: () => T): T {
    this.#do.begin.run();
    try {
      const result = work();
      this.#do.commit.run();
      return result;
    } catch (error) {
      // SQLite has already rolled back when the disk is full.
      if (this.#database.isTransaction) this.#do.rollback.run();
      throw error;
    }
  }

  /** Reads entries in key order, up to the limits of the range. */
  #page(range: ListRange, read: (chunk: Chunk) => unknown[]): StoredEntry[] {
    const { prefix, after, limit, maxBytes = Infinity, keysOnly = false } = range;
    return this.#read(() => {
      const rows = inChunks<EntryRow>(
        limit,
        (last, limit) => read({ ...bounds(prefix, last?.key ?? after), limit }),
      );
      const entries: StoredEntry[] = [];
      let bytes = 0;
      for (const row of rows) {
        const stored = entryOf(row);
        const entry = keysOnly ? { ...stored, value: new Uint8Array() } : stored;
        entries.push(entry);
        bytes += entryBytes(entry);
        if (bytes >= maxBytes) break;
      }
      return entries;
    });
  }

  #read<T>(query: () => T): T {
    try {
      return query();
    } catch (cause) {
      throw this.#failed("read", cause);
    }
  }

  /** Trims the history to its limits, at most once per eighth of the limit or per minute. */
  #trim(nowMs: number): void {
    const { maxHistory, maxHistoryAgeMs } = this.#options;
    if (this.#historySize > maxHistory + Math.ceil(maxHistory / 8)) {
      const row = this.#do.beyondCount.get(maxHistory) as { revision: number } | undefined;
      if (row) this.compact(Math.min(row.revision, this.#revision - 1));
    }
    if (nowMs < this.#nextAgeCheckMs) return;
    this.#nextAgeCheckMs = nowMs + Math.min(ageCheckMs, maxHistoryAgeMs);
    const row = this.#do.firstSince.get(nowMs - maxHistoryAgeMs) as
      | { revision: number }
      | undefined;
    if (row) this.compact(row.revision - 1);
  }

  /** Queries the file only when the batch may have changed the earliest expiry. */
  #readNextExpiry({ changes }: StoredBatch): number | undefined {
    const next = this.#nextExpiryMs ?? Infinity;
    const mayChange = changes.some((change) =>
      change.previous?.expiresAtMs === next ||
      (change.type === "put" && (change.entry.expiresAtMs ?? Infinity) < next)
    );
    return mayChange ? this.#queryNextExpiry() : this.#nextExpiryMs;
  }

  #queryNextExpiry(): number | undefined {
    const { at } = this.#do.nextExpiry.get() as { at: number | null };
    return at ?? undefined;
  }

  #pageBytes(): number {
    return this.#pragma("page_size");
  }

  #pragma(name: "user_version" | "page_count" | "page_size" | "application_id"): number {
    const row = this.#database.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
    return row[name];
  }

  #failed(action: string, cause: unknown): unknown {
    const error = storeError(`${action} the embedded store`, this.#path, cause);
    this.#failures++;
    if (error instanceof Error) this.#lastFailure = error;
    return error;
  }
}

function prepareAll(database: DatabaseSync): Statements {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(prepared) as Statements;
}
