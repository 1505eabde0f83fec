/**
 * The contract suite of key-value stores.
 *
 * @module
 */
import type { KeyValueStore } from "../keyvalue/mod.ts";
import { entryCases } from "./_keyvalue_entries.ts";
import { transactionCases } from "./_keyvalue_transactions.ts";
import { viewCases } from "./_keyvalue_views.ts";
import { watchCases } from "./_keyvalue_watch.ts";

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

/**
 * Registers one test per case of the contract.
 *
 * @example
 * ```ts
 * import { keyValueContract } from "./mod.ts";
 * import { memoryStore } from "../keyvalue/mod.ts";
 *
 * // Call it at the top level of a test file.
 * export const register = () =>
 *   keyValueContract({
 *     name: "memoryStore",
 *     open() {
 *       const store = memoryStore();
 *       return Promise.resolve({ store, [Symbol.asyncDispose]: () => store.close() });
 *     },
 *   });
 * ```
 */
export function keyValueContract({ name, open, ignore = false }: KeyValueSubject): void {
  const cases = { ...entryCases, ...transactionCases, ...viewCases, ...watchCases };
  for (const [title, run] of Object.entries(cases)) {
    Deno.test({
      name: `${name}: ${title}`,
      ignore,
      async fn() {
        await using fixture = await open();
        await run(fixture);
      },
    });
  }
}
