/**
 * The suite that every key-value store passes, whatever is behind it.
 *
 * @module
 */
import type { KeyValueStore } from "../keyvalue/mod.ts";
import { entryCases } from "./_keyvalue_entries.ts";
import { transactionCases } from "./_keyvalue_transactions.ts";
import { viewCases } from "./_keyvalue_views.ts";
import { watchCases } from "./_keyvalue_watch.ts";

/** One store to try. */
export interface KeyValueFixture extends AsyncDisposable {
  /** Empty when handed over. Others may write to the same server, but not below this store's prefix. */
  readonly store: KeyValueStore;
  /** Moves the store's clock on. Without it, time passes by itself. */
  advance?(ms: number): Promise<void>;
  /** Forgets the history up to now. Without it, what needs that is not tried. */
  compact?(): Promise<void>;
}

/** A kind of store. */
export interface KeyValueSubject {
  /** Begins the name of each test. */
  name: string;
  /** Opens a store for one test, which disposes of it. */
  open(): Promise<KeyValueFixture>;
  /** Leaves all of it out, for a server that is not there. */
  ignore?: boolean;
}

/** One promise of the contract. */
export type KeyValueCase = (fixture: KeyValueFixture) => Promise<void>;

/**
 * Registers one test for each promise of the contract.
 *
 * @example
 * ```ts
 * import { keyValueContract } from "./mod.ts";
 * import { memoryStore } from "../keyvalue/mod.ts";
 *
 * // To be called at the top level of a test file.
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
  for (const [promise, run] of Object.entries(cases)) {
    Deno.test({
      name: `${name}: ${promise}`,
      ignore,
      async fn() {
        await using fixture = await open();
        await run(fixture);
      },
    });
  }
}
