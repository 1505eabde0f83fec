/**
 * What the store needs of an etcd client: bytes and numbers, no class of any library. The one
 * implementation over npm:etcd3 is loaded when the first call is made.
 *
 * @module
 */

/** One key-value pair as etcd has it. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly revision: number;
  readonly createRevision: number;
  /** Identifier of the lease, "0" for none; larger than a number can be. */
  readonly lease: string;
}

/** Keys from `key` on: only it, or up to but without `end`. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
}

/** A read. */
export interface RangeRequest extends KeyRange {
  readonly limit?: number;
  /** As of this revision; the current one when absent. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
}

/** What a read found, and the revision of the store then. */
export interface RangeResult {
  readonly revision: number;
  readonly pairs: readonly Pair[];
}

/** A comparison of a transaction. */
export type Comparison =
  | { readonly key: Uint8Array; readonly target: "exists"; readonly exists: boolean }
  | { readonly key: Uint8Array; readonly target: "revision"; readonly revision: number }
  | { readonly key: Uint8Array; readonly target: "value"; readonly value: Uint8Array };

/** A write of a transaction. */
export type Write =
  | {
    readonly type: "put";
    readonly key: Uint8Array;
    readonly value: Uint8Array;
    readonly lease?: string;
  }
  | ({ readonly type: "delete" } & KeyRange);

/** What a transaction did: for each write, what was there before. */
export interface CommitResult {
  readonly committed: boolean;
  readonly revision: number;
  readonly previous: readonly (readonly Pair[])[];
}

/** One change as etcd reports it. */
export interface WatchedChange {
  readonly type: "put" | "delete";
  readonly pair: Pair;
  readonly previous: Pair | undefined;
}

/** What a watch stream says. */
export interface WatchMessage {
  /** The store's revision when this was sent. */
  readonly revision: number;
  /** The first message: the watch is registered. */
  readonly created: boolean;
  /** The last message, with the reason; empty reason and a compacted revision when history is gone. */
  readonly canceled?: { readonly reason: string; readonly compactedRevision: number };
  readonly changes: readonly WatchedChange[];
}

/** Where a watch begins. */
export interface WatchRequest extends KeyRange {
  /** First revision; from now on when absent. */
  readonly startRevision?: number;
}

/** Told what happens on a watch stream. */
export interface WatchListener {
  onMessage(message: WatchMessage): void;
  /** The stream is over; called once, and not after {@linkcode WatchStream.cancel}. */
  onEnd(error: unknown): void;
}

/** An open watch stream. */
export interface WatchStream {
  /** Stops reading, so that the server holds back. */
  pause(): void;
  resume(): void;
  /** Ends the stream. */
  cancel(): void;
}

/** A connection to etcd. Its errors are those of the library; `errors.ts` translates them. */
export interface EtcdDriver {
  range(request: RangeRequest): Promise<RangeResult>;
  commit(comparisons: readonly Comparison[], writes: readonly Write[]): Promise<CommitResult>;
  /** Creates a lease and tells its identifier. */
  grant(ttlSeconds: number): Promise<string>;
  revoke(lease: string): Promise<void>;
  /** Seconds left of a lease; undefined when it is over. */
  secondsLeft(lease: string): Promise<number | undefined>;
  compact(revision: number): Promise<void>;
  watch(request: WatchRequest, listener: WatchListener): Promise<WatchStream>;
  close(): void;
}

/** What a driver is made from. */
export interface DriverOptions {
  /** Endpoints as URLs, all `http:` or all `https:`. */
  readonly endpoints: readonly string[];
  readonly operationTimeoutMs: number;
  readonly dialTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly auth?: { readonly user: string; readonly password: string };
  readonly tls?: EtcdTls;
}

/** Certificates in PEM form. */
export interface EtcdTls {
  /** Authorities that may sign the server's certificate. */
  readonly ca: string;
  /** The client's certificate and key, both or neither. */
  readonly cert?: string;
  /** The key of `cert`. */
  readonly key?: string;
  /** Name that the server's certificate must carry. Needed for endpoints that are IP addresses. */
  readonly serverName?: string;
}
