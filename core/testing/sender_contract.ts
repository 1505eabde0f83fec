/**
 * The contract suite of senders, the last stage of a route: order, outcomes, aborts, and a peer that fails at
 * any moment.
 *
 * @module
 */
import { senderCases } from "./_sender_cases.ts";
import type { SenderSubject } from "./sender_case.ts";

/**
 * Registers one test per case of the contract.
 *
 * @example
 * ```ts
 * import { senderContract } from "./mod.ts";
 * import { delivered, type Sender } from "../forward/mod.ts";
 *
 * // Call it at the top level of a test file.
 * export const register = () =>
 *   senderContract<number>({
 *     name: "list sender",
 *     open() {
 *       const list: number[] = [];
 *       let isFailing = false;
 *       const sender: Sender<number> = {
 *         send(item) {
 *           if (isFailing) return Promise.resolve({ status: "retry", reason: "down" });
 *           list.push(item);
 *           return Promise.resolve(delivered);
 *         },
 *       };
 *       return Promise.resolve({
 *         sender,
 *         item: (number) => number,
 *         arrived: () => Promise.resolve(list),
 *         fail: () => Promise.resolve(void (isFailing = true)),
 *         recover: () => Promise.resolve(void (isFailing = false)),
 *         [Symbol.asyncDispose]: () => Promise.resolve(),
 *       });
 *     },
 *   });
 * ```
 */
export function senderContract<T>({ name, open, ignore = false }: SenderSubject<T>): void {
  for (const [title, run] of Object.entries(senderCases)) {
    Deno.test({
      name: `sender ${name}: ${title}`,
      ignore,
      async fn() {
        await using fixture = await open();
        await run(fixture);
      },
    });
  }
}
