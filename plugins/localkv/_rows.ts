import type { StoredChange, StoredEntry } from "../../core/keyvalue/mod.ts";

/** A row of the table `entries`. */
export interface EntryRow {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
  readonly create_revision: number;
  readonly expires_at: number | null;
}

/** A row of the table `history`. */
export interface HistoryRow {
  readonly revision: number;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly create_revision: number | null;
  readonly expires_at: number | null;
  readonly previous_value: Uint8Array | null;
  readonly previous_revision: number | null;
  readonly previous_create_revision: number | null;
  readonly previous_expires_at: number | null;
}

export function entryOf(row: EntryRow): StoredEntry {
  const { key, value, revision } = row;
  return entry(key, value, revision, row.create_revision, row.expires_at);
}

export function storedChange(row: HistoryRow): StoredChange {
  const { key, revision, value, create_revision: created } = row;
  const previous = previousOf(row);
  if (value === null) return { type: "delete", key, revision, previous: previous! };
  return {
    type: "put",
    entry: entry(key, value, revision, created!, row.expires_at),
    ...previous && { previous },
  };
}

/** The parameters for inserting a change into `history`. */
export function historyRow(change: StoredChange, revision: number, nowMs: number) {
  const { previous } = change;
  const put = change.type === "put" ? change.entry : undefined;
  return [
    revision,
    put?.key ?? previous!.key,
    nowMs,
    put?.value ?? null,
    put?.createRevision ?? null,
    put?.expiresAtMs ?? null,
    previous?.value ?? null,
    previous?.revision ?? null,
    previous?.createRevision ?? null,
    previous?.expiresAtMs ?? null,
  ];
}

function previousOf(row: HistoryRow): StoredEntry | undefined {
  const { key, previous_value: value, previous_revision: revision } = row;
  if (value === null || revision === null) return undefined;
  return entry(key, value, revision, row.previous_create_revision!, row.previous_expires_at);
}

function entry(
  key: string,
  value: Uint8Array,
  revision: number,
  createRevision: number,
  expiresAtMs: number | null,
): StoredEntry {
  return { key, value, revision, createRevision, ...expiresAtMs !== null && { expiresAtMs } };
}
