/**
 * Commits the positions of settled records: those that pile up while a commit is in progress go with the next one.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import type { ConsumedRecord, KafkaConsumer } from "../../plugins/kafka/mod.ts";

/** Commits positions in the background. */
export class PositionCommits {
  /** Commits that the group did not accept; the records may come again. */
  failures = 0;
  /** Reason of the last failure; undefined after a success. */
  problem: string | undefined;
  #settled = new Map<string, ConsumedRecord>();
  #committing: Promise<void> | undefined;

  /** Takes over a record whose position is to be committed. */
  add(consumer: KafkaConsumer, record: ConsumedRecord): void {
    this.#settled.set(`${record.topic}/${record.partition}`, record);
    this.#committing ??= this.#run(consumer).finally(() => this.#committing = undefined);
  }

  /**
   * Forgets positions that are not committed yet: another member may have the partitions now, and its position must not
   * be set back. The records come again.
   */
  forget(): void {
    this.#settled.clear();
  }

  /** Resolves when every position was committed or refused. */
  async flush(): Promise<void> {
    await this.#committing;
  }

  async #run(consumer: KafkaConsumer): Promise<void> {
    while (this.#settled.size > 0) {
      const records = [...this.#settled.values()];
      this.#settled.clear();
      for (const record of records) {
        try {
          await consumer.commit(record);
          this.problem = undefined;
        } catch (error) {
          this.failures++;
          this.problem = describeError(error);
        }
      }
    }
  }
}
