import { AgentError } from "../errors/mod.ts";
import { changesBytes, entryBytes } from "./bytes.ts";
import { storeErrors } from "./errors.ts";
import { compareKeys } from "./key.ts";
import type {
  HistoryRange,
  ListRange,
  RevisionTable,
  StoredBatch,
  StoredChange,
  StoredEntry,
} from "./revision_table.ts";
import { SortedList } from "./_sorted_list.ts";
import { changedKey } from "./watch_hub.ts";

/** Limits of a {@linkcode MemoryTable}. */
export interface MemoryTableLimits {
  /** Maximum bytes of the current entries; a write beyond it fails with `store_full`. */
  readonly maxBytes: number;
  /** Maximum changes in the history; the oldest are removed first, the newest one is always kept. */
  readonly maxHistory: number;
  /** Maximum bytes that the history keeps in memory, in addition to the current entries. */
  readonly maxHistoryBytes: number;
}

type Expiring = StoredEntry & { readonly expiresAtMs: number };

/** A revision table in memory. It returns copies, because it keeps the arrays that it was given. */
export class MemoryTable implements RevisionTable {
  readonly #limits: MemoryTableLimits;
  readonly #entries = new Map<string, StoredEntry>();
  readonly #keys = new SortedList<string>(compareKeys);
  readonly #expiring = new SortedList<Expiring>((a, b) =>
    a.expiresAtMs - b.expiresAtMs || compareKeys(a.key, b.key)
  );
  readonly #history: StoredBatch[] = [];
  #entryBytes = 0;
  #historyChanges = 0;
  #historyBytes = 0;
  #revision = 0;
  #compactedRevision = 0;

  constructor(limits: MemoryTableLimits) {
    this.#limits = limits;
  }

  get revision(): number {
    return this.#revision;
  }

  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: string): StoredEntry | undefined {
    const entry = this.#entries.get(key);
    return entry && copy(entry);
  }

  list(range: ListRange): StoredEntry[] {
    return page(this.#asOf(range.revision, range.prefix, range.after), range);
  }

  replaced(range: ListRange): StoredEntry[] {
    const { prefix, after, revision } = range;
    const batch = this.#history[this.#historyAt(revision)];
    if (batch?.revision !== revision) return [];
    const entries = batch.changes.flatMap(({ previous }) => previous ?? []).filter(({ key }) =>
      key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0)
    );
    return page(entries, range);
  }

  history({ prefix, from, to, limit, maxBytes = Infinity }: HistoryRange): StoredBatch[] {
    const found: StoredBatch[] = [];
    let size = 0;
    let bytes = 0;
    for (let at = this.#historyAt(from); at < this.#history.length; at++) {
      const { revision, changes } = this.#history[at];
      if (revision > to || size >= limit || bytes >= maxBytes) break;
      const below = changes.filter((change) => changedKey(change).startsWith(prefix));
      if (below.length > 0) found.push({ revision, changes: below.map(copyChange) });
      size += below.length;
      bytes += changesBytes(below);
    }
    return found;
  }

  commit(batch: StoredBatch): void {
    this.#checkSpace(batch);
    for (const change of batch.changes) {
      if (change.previous) this.#remove(change.previous);
      if (change.type === "put") this.#add(change.entry);
      this.#historyBytes += weight(change);
    }
    this.#revision = batch.revision;
    this.#history.push(batch);
    this.#historyChanges += batch.changes.length;
    this.#trim();
  }

  deletePrefix(prefix: string, revision: number): number {
    const changes = Array.from(this.#current(prefix), (previous): StoredChange => {
      return { type: "delete", key: previous.key, revision, previous };
    });
    if (changes.length > 0) this.commit({ revision, changes });
    return changes.length;
  }

  nextExpiryMs(): number | undefined {
    return this.#expiring.first?.expiresAtMs;
  }

  expired(nowMs: number, limit: number): StoredEntry[] {
    const found: StoredEntry[] = [];
    for (const entry of this.#expiring) {
      if (entry.expiresAtMs > nowMs || found.length === limit) break;
      found.push(copy(entry));
    }
    return found;
  }

  compact(revision: number): void {
    this.#dropOldest(this.#historyAt(revision + 1));
    this.#compactedRevision = Math.max(this.#compactedRevision, revision);
  }

  [Symbol.dispose](): void {
    this.#entries.clear();
    this.#history.length = 0;
  }

  /** The entries below a prefix as they were at a revision, in key order. */
  #asOf(revision: number, prefix: string, after?: string): Iterable<StoredEntry> {
    if (revision >= this.#revision) return this.#current(prefix, after);
    const found: StoredEntry[] = [];
    for (const entry of this.#current(prefix, after)) {
      if (entry.revision <= revision) found.push(entry);
    }
    for (let at = this.#historyAt(revision + 1); at < this.#history.length; at++) {
      for (const { previous } of this.#history[at].changes) {
        if (!previous || previous.revision > revision) continue;
        if (!previous.key.startsWith(prefix)) continue;
        if (after === undefined || compareKeys(previous.key, after) > 0) found.push(previous);
      }
    }
    return found.sort((a, b) => compareKeys(a.key, b.key));
  }

  *#current(prefix: string, after?: string): Generator<StoredEntry> {
    for (const key of this.#keys.from(after ?? prefix)) {
      if (!key.startsWith(prefix)) return;
      if (key !== after) yield this.#entries.get(key)!;
    }
  }

  /** Refuses a batch that exceeds the limit, unless it frees bytes. */
  #checkSpace({ changes }: StoredBatch): void {
    const { maxBytes } = this.#limits;
    const growth = changes.reduce(
      (sum, change) =>
        sum + (change.type === "put" ? entryBytes(change.entry) : 0) -
        (change.previous ? entryBytes(change.previous) : 0),
      0,
    );
    if (growth <= 0 || this.#entryBytes + growth <= maxBytes) return;
    throw new AgentError(
      storeErrors.store_full,
      `Cannot write to the store in memory: its entries would exceed ${maxBytes} bytes; delete keys ` +
        "or raise maxBytes",
    );
  }

  #add(entry: StoredEntry): void {
    this.#entryBytes += entryBytes(entry);
    this.#entries.set(entry.key, entry);
    this.#keys.add(entry.key);
    if (expires(entry)) this.#expiring.add(entry);
  }

  #remove(entry: StoredEntry): void {
    this.#entryBytes -= entryBytes(entry);
    this.#entries.delete(entry.key);
    this.#keys.remove(entry.key);
    if (expires(entry)) this.#expiring.remove(entry);
  }

  #trim(): void {
    const { maxHistory, maxHistoryBytes } = this.#limits;
    let changes = this.#historyChanges;
    let bytes = this.#historyBytes;
    let count = 0;
    while ((changes > maxHistory || bytes > maxHistoryBytes) && count < this.#history.length - 1) {
      const batch = this.#history[count++];
      changes -= batch.changes.length;
      bytes -= batchWeight(batch);
    }
    if (count > 0) this.compact(this.#history[count - 1].revision);
  }

  #dropOldest(count: number): void {
    for (const batch of this.#history.splice(0, count)) {
      this.#historyChanges -= batch.changes.length;
      this.#historyBytes -= batchWeight(batch);
    }
  }

  /** Index of the first batch at or after a revision. Revisions have no gaps, so this is a subtraction. */
  #historyAt(revision: number): number {
    const first = this.#revision - this.#history.length + 1;
    return Math.min(Math.max(0, revision - first), this.#history.length);
  }
}

function expires(entry: StoredEntry): entry is Expiring {
  return entry.expiresAtMs !== undefined;
}

/** Copies of the first entries, up to the limits of the range. */
function page(
  entries: Iterable<StoredEntry>,
  { limit, maxBytes = Infinity, keysOnly }: ListRange,
): StoredEntry[] {
  const found: StoredEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (found.length === limit || bytes >= maxBytes) break;
    const copied = keysOnly ? { ...entry, value: new Uint8Array() } : copy(entry);
    found.push(copied);
    bytes += entryBytes(copied);
  }
  return found;
}

function copy(entry: StoredEntry): StoredEntry {
  return { ...entry, value: entry.value.slice() };
}

function copyChange(change: StoredChange): StoredChange {
  if (change.type === "delete") return { ...change, previous: copy(change.previous) };
  const { type, entry, previous } = change;
  return { type, entry: copy(entry), ...previous && { previous: copy(previous) } };
}

function batchWeight({ changes }: StoredBatch): number {
  return changes.reduce((sum, change) => sum + weight(change), 0);
}

/** Approximate bytes that a change keeps in memory: only the history refers to the replaced value. */
function weight(change: StoredChange): number {
  return 128 + 2 * changedKey(change).length + (change.previous?.value.length ?? 0);
}
