import type { AppendResult } from "./options.ts";

/** An append that waits. */
export interface WaitingAppend {
  readonly data: Uint8Array;
  readonly records: number;
  readonly signal: AbortSignal | undefined;
}

interface Item extends WaitingAppend {
  readonly resolve: (result: AppendResult | Promise<AppendResult>) => void;
}

/** The appends of one queue that wait for room, in the order of the calls. */
export class WaitingAppends {
  readonly #items = new Set<Item>();
  #isOffering = false;
  #offerAgain = false;

  /** Number of appends that wait. */
  get size(): number {
    return this.#items.size;
  }

  /** Adds an append; `giveUp` returns its result when its signal aborts. */
  add(append: WaitingAppend, giveUp: () => AppendResult): Promise<AppendResult> {
    const { signal } = append;
    if (signal?.aborted) return Promise.resolve(giveUp());
    return new Promise((resolve) => {
      const onAbort = () => {
        this.#items.delete(item);
        resolve(giveUp());
      };
      const item: Item = {
        ...append,
        resolve: (result) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(result);
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#items.add(item);
    });
  }

  /** Offers the appends to `accept`, in order, until it returns undefined. */
  offer(accept: (append: WaitingAppend) => Promise<AppendResult> | undefined): void {
    // Accepting can make room, which calls this again.
    this.#offerAgain = true;
    if (this.#isOffering) return;
    this.#isOffering = true;
    while (this.#offerAgain) {
      this.#offerAgain = false;
      for (const item of this.#items) {
        const outcome = accept(item);
        if (outcome === undefined) break;
        this.#items.delete(item);
        item.resolve(outcome);
      }
    }
    this.#isOffering = false;
  }

  /** Ends all waits with this result. */
  end(result: AppendResult): void {
    for (const { resolve } of this.#items) resolve(result);
    this.#items.clear();
  }
}
