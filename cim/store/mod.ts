/**
 * Assigns the stores: change-sets and commits are in etcd when its endpoints are configured and in the
 * embedded store otherwise; the agent's own state is always in the embedded store. It opens no store itself
 * and waits for none.
 *
 * @module
 */
export { store } from "./plugin.ts";
export { configStoreToken, type ProductStore, stateStoreToken } from "./tokens.ts";
