import type { KeyValueStore } from "../../../core/mod.ts";

/** The part of the store contract that the commands use. */
export type CliStore = Pick<KeyValueStore, "get" | "put" | "delete" | "list" | "watch">;

/** A store with its disposal. The caller of `openStore()` disposes of it. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: CliStore;
}
