/**
 * Which store does what: configuration comes from etcd when its endpoints are known and from the embedded
 * store otherwise; the agent's own state is always embedded. It opens no store of its own and waits for
 * none.
 *
 * @module
 */
export { store } from "./plugin.ts";
export { configStoreToken, type ProductStore, stateStoreToken } from "./tokens.ts";
