/**
 * The contract suite of senders, the last stage of a route: order, outcomes, aborts, and a peer that fails at
 * any moment.
 *
 * @module
 */
import type { Sender } from "../forward/mod.ts";
import { senderCases } from "./_sender_cases.ts";

/** A sender and its peer for one test. */
export interface SenderFixture<T> extends AsyncDisposable {
  /** The sender, connected to a peer that works. */
  readonly sender: Sender<T>;
  /** Creates the item with that number. */
  item(number: number): T;
  /** Returns the numbers of all items that reached the peer, in the order of arrival. */
  arrived(): Promise<readonly number[]>;
  /** Makes the peer fail, in the middle of the next item where that is possible. */
  fail(): Promise<void>;
  /** Makes the peer work again after {@linkcode SenderFixture.fail}. */
  recover(): Promise<void>;
  /** Makes the peer take nothing and answer nothing from now on. Default: that case is skipped. */
  hang?(): Promise<void>;
}

/** A kind of sender. */
export interface SenderSubject<T> {
  /** Prefix of the name of each test. */
  name: string;
  /** Opens a sender with a peer of its own; the test disposes of it. */
  open(): Promise<SenderFixture<T>>;
  /** Skips all tests, because the peer is not available. Default false. */
  ignore?: boolean;
}

/** One case of the contract. */
export type SenderCase = <T>(fixture: SenderFixture<T>) => Promise<void>;

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
