import { type KeyValueStore, type Token, token } from "../../core/mod.ts";

/** The store of change-sets and commits. */
export interface ProductStore {
  /** Which store it is. */
  readonly kind: "etcd" | "localkv";
  /** The store, without a prefix. */
  readonly store: KeyValueStore;
}

/** Token of the configuration store. */
export const configStoreToken: Token<ProductStore> = token("config_store", {
  providedBy: "store()",
});

/** Token of the store of the agent's own state: the embedded store below `state/`. */
export const stateStoreToken: Token<KeyValueStore> = token("state_store", {
  providedBy: "store()",
});
