import type { Change, Entry } from "./contract.ts";

/** Approximate bytes of an entry in memory beside its key and its value. */
const overhead = 128;

/** Whether two byte arrays have the same content. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** Approximate bytes of an entry in memory; limits in bytes count this. */
export function entryBytes({ key, value }: Entry): number {
  return overhead + 2 * key.length + value.length;
}

/** Approximate bytes of changes in memory, including the previous entries. */
export function changesBytes(changes: readonly Change[]): number {
  let bytes = 0;
  for (const change of changes) {
    bytes += change.type === "put" ? entryBytes(change.entry) : overhead + 2 * change.key.length;
    if (change.previous) bytes += entryBytes(change.previous);
  }
  return bytes;
}
