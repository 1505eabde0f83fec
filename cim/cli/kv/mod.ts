/**
 * The commands of `cim kv`. With `etcd.endpoints` they connect to etcd. Otherwise they use the REST routes of the
 * running agent, because only its process can open the embedded store.
 *
 * @module
 */
export { kvDelete, kvGet, kvList, kvPut, kvWatch } from "./commands.ts";
