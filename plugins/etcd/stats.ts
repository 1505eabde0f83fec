/**
 * Statistics of an etcd store.
 *
 * @module
 */

/** Counters of an {@linkcode EtcdStore}; they only grow. */
export interface EtcdStats {
  /** Calls made, including watches. */
  readonly calls: number;
  /** Failed calls by error code, without misuse and aborted calls. */
  readonly failures: Readonly<Record<string, number>>;
  /** How often a watch was resumed on a new stream. */
  readonly watchResumes: number;
  /** Watches that ended because the history they needed was compacted. */
  readonly compactions: number;
  /** Watches that ended because their reader was too slow. */
  readonly watchOverflows: number;
  /** How often the server answered again after it was unreachable. */
  readonly reconnects: number;
}

/** Writable form of {@linkcode EtcdStats}. */
export interface EtcdCounters {
  calls: number;
  failures: Record<string, number>;
  watchResumes: number;
  compactions: number;
  watchOverflows: number;
  reconnects: number;
}

/** Creates counters at zero. */
export function etcdCounters(): EtcdCounters {
  return {
    calls: 0,
    failures: {},
    watchResumes: 0,
    compactions: 0,
    watchOverflows: 0,
    reconnects: 0,
  };
}
