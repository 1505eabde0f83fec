/**
 * etcd v3 as a key-value store, with TLS and users: every call has a time limit, and watches survive restarts
 * and freezes of the server and report compaction. Leader election, sessions and cluster administration are
 * not supported.
 *
 * @module
 */
export { etcdConfig } from "./config.ts";
export type { EtcdTls } from "./driver.ts";
export { EtcdStore } from "./etcd_store.ts";
export type { EtcdStoreOptions } from "./options.ts";
export { etcd, etcdToken } from "./plugin.ts";
export type { EtcdStats } from "./stats.ts";
