/**
 * The contract suite of key-value stores.
 *
 * @module
 */
import { entryCases } from "./_keyvalue_entries.ts";
import { transactionCases } from "./_keyvalue_transactions.ts";
import { viewCases } from "./_keyvalue_views.ts";
import { watchCases } from "./_keyvalue_watch.ts";
import type { KeyValueSubject } from "./keyvalue_case.ts";

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
