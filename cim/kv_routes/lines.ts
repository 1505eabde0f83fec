/**
 * Entries and changes as JSON lines. A value that is UTF-8 text is written as text, any other in base64.
 *
 * @module
 */
import { type Change, type Entry, fromBase64, toBase64 } from "../../core/mod.ts";

/** An entry. */
export interface EntryLine {
  /** The key. */
  readonly key: string;
  /** The value, when it is text. */
  readonly value?: string;
  /** The value in base64, when it is not. */
  readonly base64?: string;
  /** Revision of the last change. */
  readonly revision: number;
  /** Revision at which the key was created. */
  readonly create_revision: number;
}

/** First line of a watch: every change after this line is reported. */
export interface WatchingLine {
  /** The watched prefix. */
  readonly watching: string;
}

/** A change. */
export type ChangeLine =
  | (EntryLine & { readonly type: "put" })
  | { readonly type: "delete"; readonly key: string; readonly revision: number };

/** Converts an entry to its line. */
export function showEntry({ key, value, revision, createRevision }: Entry): EntryLine {
  return { key, ...showValue(value), revision, create_revision: createRevision };
}

/** Converts a change to its line. */
export function showChange(change: Change): ChangeLine {
  if (change.type === "put") return { type: "put", ...showEntry(change.entry) };
  return { type: "delete", key: change.key, revision: change.revision };
}

/** Converts a line to its entry. */
export function readEntryLine({ key, value, base64, revision, create_revision }: EntryLine): Entry {
  const bytes = base64 === undefined ? new TextEncoder().encode(value ?? "") : fromBase64(base64);
  return { key, value: bytes, revision, createRevision: create_revision };
}

/** Converts a line to its change. */
export function readChangeLine(line: ChangeLine): Change {
  if (line.type === "put") return { type: "put", entry: readEntryLine(line) };
  return { type: "delete", key: line.key, revision: line.revision };
}

function showValue(bytes: Uint8Array): Pick<EntryLine, "value" | "base64"> {
  try {
    return { value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    // Not UTF-8.
    return { base64: toBase64(bytes) };
  }
}
