import type { Delivery } from "../../core/forward/mod.ts";
import type { Receipt } from "./receipt.ts";
import type { RecordReceipt } from "./record_receipt.ts";

/** A receipt whose record is in the queue, and not known to be safe there. */
interface Waiting {
  readonly position: number;
  readonly receipt: Receipt;
}

/**
 * The receipts of the records in one queue. A record that is stored as durably as configured is confirmed at once.
 * While the disk fails, or if the queue is only in memory, its receipt waits until the record is durable or the
 * destination has it.
 */
export class StoredReceipts {
  readonly #isDurable: boolean;
  /** In the order of positions. */
  readonly #waiting: Waiting[] = [];

  /** `isDurable` is whether the queue keeps its records when the process ends. */
  constructor(isDurable: boolean) {
    this.#isDurable = isDurable;
  }

  /** Receipts that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** To be called with each block that was appended, in order; `receipts` are those of its records. */
  stored(
    receipts: readonly RecordReceipt[] | undefined,
    { position, isDurable }: { readonly position: number; readonly isDurable: boolean },
  ): void {
    const isSafe = isDurable && this.#isDurable;
    // A queue writes in the order of positions.
    if (isSafe) this.written(position);
    for (const { index, receipt } of receipts ?? []) {
      if (isSafe) receipt.confirm(position + index);
      else this.#waiting.push({ position: position + index, receipt });
    }
  }

  /** To be called with the number of the first record that is not durable yet. */
  written(durableEnd: number): void {
    if (this.#isDurable && this.#waiting.length > 0) this.#takeUntil(durableEnd).forEach(confirm);
  }

  /**
   * To be called with the final outcome of each block, in order. `hasRefused` is whether some of its records were
   * refused alone: it is not known which, so none of them is confirmed.
   */
  settled(
    block: { readonly position: number; readonly records: number },
    delivery: Delivery,
    hasRefused: boolean,
  ): void {
    if (this.#waiting.length === 0) return;
    for (const { receipt } of this.#takeUntil(block.position)) receipt.refuse("lost");
    for (const waiting of this.#takeUntil(block.position + block.records)) {
      if (delivery.status !== "delivered") waiting.receipt.refuse(delivery.reason);
      else if (hasRefused) waiting.receipt.refuse("rejected");
      else confirm(waiting);
    }
  }

  /** Refuses all that wait: some records were lost, or the agent stops. */
  refuseAll(reason: string): void {
    for (const { receipt } of this.#takeUntil(Infinity)) receipt.refuse(reason);
  }

  /** Removes and returns those with a smaller position. */
  #takeUntil(position: number): Waiting[] {
    const found = this.#waiting.findIndex((waiting) => waiting.position >= position);
    return this.#waiting.splice(0, found < 0 ? this.#waiting.length : found);
  }
}

function confirm({ position, receipt }: Waiting): void {
  receipt.confirm(position);
}
