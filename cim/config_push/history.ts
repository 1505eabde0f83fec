/**
 * The change-sets of late, newest last: at most `capacity` of them, the oldest settled one goes first. Each
 * change is written to the agent's own store, in order, so that an agent that was killed knows what it had
 * pushed. A store that fails is told and counted; the history in memory goes on without it.
 *
 * @module
 */
import { describeError, jsonCodec, type KeyValueStore, type Logger } from "../../core/mod.ts";
import type { ChangeRecord } from "./change_record.ts";

const codec = jsonCodec((value) => value as ChangeRecord);
const prefix = "changes/";

/** Options of {@linkcode ChangeHistory}. */
export interface ChangeHistoryOptions {
  /** Where records are kept. */
  readonly state: KeyValueStore;
  readonly log: Logger;
  /** Records kept. */
  readonly capacity: number;
  /** Told of every change of a record. */
  readonly onChange?: (record: ChangeRecord) => void;
}

/** Records by the key of their change-set. */
export class ChangeHistory {
  readonly #options: ChangeHistoryOptions;
  readonly #records = new Map<string, ChangeRecord>();
  #writing: Promise<void> = Promise.resolve();
  /** Writes that failed. */
  failures = 0;

  constructor(options: ChangeHistoryOptions) {
    this.#options = options;
  }

  /** Takes up the records of an earlier life. */
  async restore(): Promise<void> {
    const { state, log } = this.#options;
    const records: ChangeRecord[] = [];
    for await (const entry of state.list(prefix)) {
      try {
        records.push(codec.decode(entry.value));
      } catch (error) {
        log.warn(`Cannot read the record of ${entry.key}: ${describeError(error)}`);
      }
    }
    records.sort((a, b) => a.seenAt - b.seenAt);
    for (const record of records) this.#records.set(record.key, record);
    this.#trim();
  }

  /** The record of a change-set. */
  get(key: string): ChangeRecord | undefined {
    return this.#records.get(key);
  }

  /** All records, the newest first. */
  list(): ChangeRecord[] {
    return [...this.#records.values()].reverse();
  }

  /** Adds or replaces a record; resolves when it is stored, or could not be. */
  put(record: ChangeRecord): Promise<void> {
    const frozen = Object.freeze(record);
    this.#records.set(record.key, frozen);
    this.#options.onChange?.(frozen);
    this.#trim();
    return this.#write((state) => state.put(prefix + record.key, codec.encode(frozen)));
  }

  /** Changes members of a record. Nothing happens when it is no longer kept. */
  update(key: string, members: Partial<ChangeRecord>): Promise<void> {
    const record = this.#records.get(key);
    return record ? this.put({ ...record, ...members }) : this.#writing;
  }

  /** Forgets the records for which `isStale` holds. */
  forget(isStale: (record: ChangeRecord) => boolean): void {
    for (const record of this.list().filter(isStale)) this.#delete(record.key);
  }

  /** Resolves when everything so far is stored. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #trim(): void {
    const { capacity } = this.#options;
    for (const [key, record] of this.#records) {
      if (this.#records.size <= capacity) return;
      if (record.state === "seen" || record.state === "pushed") continue;
      this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#records.delete(key);
    this.#write((state) => state.delete(prefix + key));
  }

  #write(work: (state: KeyValueStore) => Promise<unknown>): Promise<void> {
    const { state, log } = this.#options;
    const written = this.#writing.then(async () => {
      try {
        await work(state);
      } catch (error) {
        this.failures++;
        log.error(`Cannot keep the record of a change-set: ${describeError(error)}`);
      }
    });
    this.#writing = written;
    return written;
  }
}
