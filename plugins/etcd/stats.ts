/**
 * What an etcd store counts, in plain numbers.
 *
 * @module
 */

/** Counters of an {@linkcode EtcdStore}; they only grow. */
export interface EtcdStats {
  /** Calls made, watches included. */
  readonly calls: number;
  /** Calls that failed, by the code of their error; misuse and aborts do not count. */
  readonly failures: Readonly<Record<string, number>>;
  /** Streams opened again for a watch that had lost its own. */
  readonly watchResumes: number;
  /** Watches that ended because the history they needed was gone. */
  readonly compactions: number;
  /** Times the server answered after it had not. */
  readonly reconnects: number;
}

/** The same, for those who count. */
export interface EtcdCounters {
  calls: number;
  failures: Record<string, number>;
  watchResumes: number;
  compactions: number;
  reconnects: number;
}

/** Counters at zero. */
export function etcdCounters(): EtcdCounters {
  return { calls: 0, failures: {}, watchResumes: 0, compactions: 0, reconnects: 0 };
}
