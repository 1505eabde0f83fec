import { type KeyValueStore, type Token, token } from "../../core/mod.ts";

/** The store that holds change-sets and commits. */
export interface ProductStore {
  /** What is behind it. */
  readonly kind: "etcd" | "localkv";
  /** The store itself, without a prefix. */
  readonly store: KeyValueStore;
}

/** Key of the store of the configuration service. */
export const configStoreToken: Token<ProductStore> = token("config_store");

/** Key of the store of the agent's own state: embedded, everything below `state/`. */
export const stateStoreToken: Token<KeyValueStore> = token("state_store");
