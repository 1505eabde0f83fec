/**
 * Selection and order of the connections in `connz`.
 *
 * @module
 */
import type { ConnectionRecord } from "./connection_record.ts";

/** Sort orders of `connz`. */
export const connzSorts = [
  "cid",
  "start",
  "subs",
  "pending",
  "msgs_to",
  "msgs_from",
  "bytes_to",
  "bytes_from",
  "last",
  "idle",
  "uptime",
  "rtt",
  "stop",
  "reason",
] as const;

/** A sort order of `connz`. */
export type ConnzSort = typeof connzSorts[number];

/** Options of `connz`. */
export interface ConnzOptions {
  /** Whether to list subscriptions: subjects only, or with details. Default false. */
  readonly subs?: boolean | "detail";
  /**
   * Sort order, as in nats-server: `cid`, `start`, `uptime` and `reason` ascend, the others descend. `stop` and `reason`
   * need `state` "closed". Default `cid`.
   */
  readonly sort?: ConnzSort;
  /** Most connections to list; 1024 when it is not above 0. Default 1024. */
  readonly limit?: number;
  /** How many to skip; negative counts as 0. Default 0. */
  readonly offset?: number;
  /** Whether to include the user. Default false. */
  readonly auth?: boolean;
  /** Only this connection. Default: all. */
  readonly cid?: number;
  /** Open connections, closed ones, or both. Default `open`. */
  readonly state?: "open" | "closed" | "all";
  /** Only connections of this user. Default: all. */
  readonly user?: string;
  /** Only open connections with a subscription that this subject matches. Default: all. */
  readonly filterSubject?: string;
}

type SortKey = (record: ConnectionRecord, nowMs: number) => number | string;

const sortKeys: Readonly<Record<ConnzSort, SortKey>> = {
  cid: ({ cid }) => cid,
  start: ({ cid }) => cid,
  subs: ({ subscriptions }) => -subscriptions,
  pending: ({ pendingBytes }) => -pendingBytes,
  msgs_to: ({ outMessages }) => -outMessages,
  msgs_from: ({ inMessages }) => -inMessages,
  bytes_to: ({ outBytes }) => -outBytes,
  bytes_from: ({ inBytes }) => -inBytes,
  last: ({ lastMs }) => -lastMs,
  idle: ({ lastMs }) => lastMs,
  uptime: ({ startMs, stopMs }, nowMs) => (stopMs ?? nowMs) - startMs,
  rtt: ({ roundTripMs }) => -roundTripMs,
  stop: ({ stopMs = 0 }) => -stopMs,
  reason: ({ reason }) => reason,
};

/** Sorts records; ties keep the order of their ids. */
export function sortRecords(
  records: readonly ConnectionRecord[],
  sort: ConnzSort,
  nowMs: number,
): ConnectionRecord[] {
  const key = sortKeys[sort];
  const keyed = records.map((record) => ({ record, key: key(record, nowMs) }));
  keyed.sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : a.record.cid - b.record.cid);
  return keyed.map(({ record }) => record);
}
