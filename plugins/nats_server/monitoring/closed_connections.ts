/**
 * The most recently closed connections, for `connz?state=closed`.
 *
 * @module
 */
import type { ConnectionRecord } from "./connection_record.ts";

/** How many are kept; the oldest is dropped. */
const maxRecords = 1_000;

/** A bounded list of closed connections. */
export class ClosedConnections {
  #records: ConnectionRecord[] = [];
  #oldest = 0;

  /** All records, in no order. */
  get all(): readonly ConnectionRecord[] {
    return this.#records;
  }

  /** Adds a record; drops the oldest when the list is full. */
  add(record: ConnectionRecord): void {
    if (this.#records.length < maxRecords) {
      this.#records.push(record);
      return;
    }
    this.#records[this.#oldest] = record;
    this.#oldest = (this.#oldest + 1) % maxRecords;
  }
}
