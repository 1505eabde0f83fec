/**
 * The embedded, durable key-value store: one SQLite file in one folder, with revisions, times to live,
 * watches and a bounded history. It serves one process and no network; who needs several agents on one
 * store uses `plugins/etcd`.
 *
 * @module
 */
export { localkvConfig } from "./config.ts";
export { localkvErrors } from "./errors.ts";
export { LocalStore, type LocalStoreOptions, type LocalStoreStats } from "./local_store.ts";
export { localkv, localkvToken } from "./plugin.ts";
