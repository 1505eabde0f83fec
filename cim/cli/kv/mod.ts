/**
 * The commands of `cim kv`. With `etcd.endpoints` they speak to etcd themselves; the embedded store is
 * owned by the running agent and is reached through its REST routes.
 *
 * @module
 */
export { kvDelete, kvGet, kvList, kvPut, kvWatch } from "./commands.ts";
