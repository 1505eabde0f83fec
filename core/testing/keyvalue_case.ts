import type { KeyValueStore } from "../keyvalue/mod.ts";

/** A store for one test. */
export interface KeyValueFixture extends AsyncDisposable {
  /** The store, empty. Other tests may use the same server, but not keys below this store's prefix. */
  readonly store: KeyValueStore;
  /** Advances the store's clock. Default: the store uses real time. */
  advance?(ms: number): Promise<void>;
  /** Compacts the history up to now. Default: cases that need it are skipped. */
  compact?(): Promise<void>;
  /** Closes the store. Default: cases that need it are skipped. */
  close?(): Promise<void>;
}

/** A kind of store. */
export interface KeyValueSubject {
  /** Prefix of the name of each test. */
  name: string;
  /** Opens a store; the test disposes of it. */
  open(): Promise<KeyValueFixture>;
  /** Skips all tests, because the server is not available. Default false. */
  ignore?: boolean;
}

/** One case of the contract. */
export type KeyValueCase = (fixture: KeyValueFixture) => Promise<void>;
