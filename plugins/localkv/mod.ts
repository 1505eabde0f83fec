/**
 * The embedded, durable key-value store: one SQLite file in one folder, with revisions, times to live,
 * watches and a bounded history. Only one process can use it; to share a store between agents, use
 * `plugins/etcd`.
 *
 * @module
 */
export { localkvConfig } from "./config.ts";
export { localkvErrors } from "./errors.ts";
export { LocalStore, type LocalStoreOptions, type LocalStoreStats } from "./local_store.ts";
export { localkv, localkvToken } from "./plugin.ts";
