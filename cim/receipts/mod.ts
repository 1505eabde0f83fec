/**
 * Receipts: a LOG or EVENT message with a reply subject is answered there with `+ACK <position>` once it is safe, or
 * with `-ERR <reason>`. A message without a reply subject costs one comparison.
 *
 * Safe is a record in the spool that is as durable as `spool.durability` says, a line in its file or on the standard
 * output, or what the destination has acknowledged. With two destinations, both must have the line. The position is
 * the number of the record in its queue of the spool, which `cim spool cat` shows, or the number of the line among
 * those that were written to the file or stream since the agent opened it. So positions grow, and several queues and
 * files have their own.
 *
 * A refused message may still arrive, for example one that the agent could not confirm before it stopped; publishers
 * that send it again send it at least once. The answer `busy` says that too many receipts wait: the message itself is
 * handled like one without a reply subject.
 *
 * Alternative considered: an answer for each message as soon as it is parsed. It would say nothing about a crash or a
 * full disk, and these are the reasons to ask.
 *
 * @module
 */
export { answerRecords, type RecordReceipt } from "./record_receipt.ts";
export { Receipt } from "./receipt.ts";
export { Receipts, type ReceiptsOptions } from "./receipts.ts";
export { StoredReceipts } from "./stored_receipts.ts";
