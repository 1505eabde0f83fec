import { Buffer } from "node:buffer";
import type { ICompare, IEvent, IKeyValue, IRequestOp, IResponseOp } from "./_etcd3.ts";
import type { Comparison, Pair, WatchedChange, Write } from "./driver.ts";

/** The same bytes as the library's type, without a copy. */
export function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Copies the bytes: the library returns views into whole messages. */
export function pairOf(pair: IKeyValue): Pair {
  return {
    key: new Uint8Array(pair.key),
    value: new Uint8Array(pair.value),
    revision: Number(pair.mod_revision),
    createRevision: Number(pair.create_revision),
    lease: pair.lease,
  };
}

/** The previous pair may be null, which the library's types do not say. */
function pairOrNone(pair: IKeyValue | null): Pair | undefined {
  return pair ? pairOf(pair) : undefined;
}

/** Converts a watch event. */
export function changeOf({ type, kv, prev_kv: previous }: IEvent): WatchedChange {
  return {
    type: type === "Delete" ? "delete" : "put",
    pair: pairOf(kv),
    previous: pairOrNone(previous),
  };
}

/** Converts a comparison of a transaction. */
export function compareOf(comparison: Comparison): ICompare {
  const key = buffer(comparison.key);
  if (comparison.target === "revision") {
    return { key, target: "Mod", result: "Equal", mod_revision: comparison.revision } as const;
  }
  if (comparison.target === "value") {
    return { key, target: "Value", result: "Equal", value: buffer(comparison.value) } as const;
  }
  const result = comparison.exists ? "Greater" : "Equal";
  return { key, target: "Version", result, version: 0 } as const;
}

/** Converts a write of a transaction. */
export function requestOf(write: Write): IRequestOp {
  const key = buffer(write.key);
  const { isPreviousWanted: prev_kv = false } = write;
  if (write.type === "delete") {
    const range_end = write.end && buffer(write.end);
    return { request_delete_range: { key, range_end, prev_kv } };
  }
  const { value, lease = "0" } = write;
  return { request_put: { key, value: buffer(value), lease, prev_kv } };
}

/** Number of keys that a write of a transaction deleted. */
export function deletedOf({ response_delete_range: response }: IResponseOp): number {
  return response ? Number(response.deleted) : 0;
}

/** The pairs that a write of a transaction replaced or deleted, if it wants them. */
export function previousOf(response: IResponseOp): Pair[] {
  if (response.response_delete_range) return response.response_delete_range.prev_kvs.map(pairOf);
  const pair = pairOrNone(response.response_put.prev_kv);
  return pair ? [pair] : [];
}
