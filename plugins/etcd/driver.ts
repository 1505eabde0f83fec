/**
 * The interface between the store and an etcd client, without types of any library. Its implementation on
 * npm:etcd3 is loaded with the first call.
 *
 * @module
 */

/** A key-value pair of etcd. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly revision: number;
  readonly createRevision: number;
  /** Identifier of the lease; "0" without one. A string, because it exceeds the safe integers. */
  readonly lease: string;
}

/** A single key or, with `end`, the keys from `key` up to but not including `end`. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
}

/** A read of a range. */
export interface RangeRequest extends KeyRange {
  /** Maximum pairs to return. Default: no limit. */
  readonly limit?: number;
  /** Revision to read at. Default: the current one. */
  readonly revision?: number;
  readonly keysOnly?: boolean;
  /** Refuse a large response before reading it; the caller then requests fewer entries. Default false. */
  readonly isPage?: boolean;
}

/** The pairs of a range and the revision of the store. */
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
    /** Return the pair that the write replaces. Default false. */
    readonly isPreviousWanted?: boolean;
  }
  | ({
    readonly type: "delete";
    /** Return the pairs that are deleted, all in one response. Default false. */
    readonly isPreviousWanted?: boolean;
  } & KeyRange);

/** Result of a transaction. */
export interface CommitResult {
  readonly committed: boolean;
  readonly revision: number;
  /** Number of keys that were deleted. */
  readonly deleted: number;
  /** The pairs that were replaced or deleted by the writes that want them. */
  readonly previous: readonly Pair[];
}

/** A change reported by etcd. */
export interface WatchedChange {
  readonly type: "put" | "delete";
  readonly pair: Pair;
  readonly previous: Pair | undefined;
}

/** A message of a watch stream. */
export interface WatchMessage {
  /** Revision of the store when the message was sent. */
  readonly revision: number;
  /** Whether this is the first message, which confirms that the watch is registered. */
  readonly created: boolean;
  /** Set in the last message: the reason or, when the history was compacted, the compacted revision. */
  readonly canceled?: { readonly reason: string; readonly compactedRevision: number };
  /** Whether the server has split a large message and the next message continues this one. */
  readonly isFragment: boolean;
  readonly changes: readonly WatchedChange[];
}

/** A watch of a range. */
export interface WatchRequest extends KeyRange {
  /** First revision to report. Default: the next one. */
  readonly startRevision?: number;
}

/** Callbacks of a watch stream. */
export interface WatchListener {
  /** Called with each message. */
  onMessage(message: WatchMessage): void;
  /** Called once when the stream ends, but not after {@linkcode WatchStream.cancel}. */
  onEnd(error: unknown): void;
}

/** An open watch stream. */
export interface WatchStream {
  /** Stops reading, so that the server stops sending. */
  pause(): void;
  /** Continues reading. */
  resume(): void;
  /** Ends the stream. */
  cancel(): void;
}

/** A connection to etcd. It throws the errors of the library; `errors.ts` translates them. */
export interface EtcdDriver {
  range(request: RangeRequest): Promise<RangeResult>;
  commit(comparisons: readonly Comparison[], writes: readonly Write[]): Promise<CommitResult>;
  /** Creates a lease and returns its identifier. */
  grant(ttlSeconds: number): Promise<string>;
  revoke(lease: string): Promise<void>;
  /** Returns the seconds until a lease ends; undefined when it has ended. */
  secondsLeft(lease: string): Promise<number | undefined>;
  compact(revision: number): Promise<void>;
  watch(request: WatchRequest, listener: WatchListener): Promise<WatchStream>;
  close(): void;
}

/** Options of a driver. */
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

/** Certificates and key in PEM format. */
export interface EtcdTls {
  /** CA certificates that are trusted to sign the server's certificate. */
  readonly ca: string;
  /** Client certificate; only together with `key`. */
  readonly cert?: string;
  /** Private key of `cert`. */
  readonly key?: string;
  /** Host name expected in the server's certificate; required for endpoints that are IP addresses. */
  readonly serverName?: string;
}
