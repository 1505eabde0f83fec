import type { Delivery } from "../../core/forward/mod.ts";
import type { Receipt } from "./receipt.ts";

/** The receipt of one record of a block. */
export interface RecordReceipt {
  /** Index of the record in its block, from 0 on. */
  readonly index: number;
  /** Who waits for the record. */
  readonly receipt: Receipt;
}

/** Answers the receipts of a block with its outcome; `position` is that of its first record. */
export function answerRecords(
  receipts: readonly RecordReceipt[],
  delivery: Delivery,
  position: number,
): void {
  for (const { index, receipt } of receipts) {
    if (delivery.status === "delivered") receipt.confirm(position + index);
    else receipt.refuse(delivery.reason);
  }
}
