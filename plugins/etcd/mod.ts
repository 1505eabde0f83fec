/**
 * etcd v3 as a key-value store: watches that survive restarts, freezes and compaction by saying so,
 * bounded calls, TLS and users. It elects no leaders, keeps no session alive and administers no cluster.
 *
 * @module
 */
export { etcdConfig } from "./config.ts";
export type { EtcdTls } from "./driver.ts";
export { EtcdStore } from "./etcd_store.ts";
export type { EtcdStoreOptions } from "./options.ts";
export { etcd, etcdToken } from "./plugin.ts";
export type { EtcdStats } from "./stats.ts";
