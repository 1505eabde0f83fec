/**
 * Recent change-sets, oldest first: at most `capacity` of them; the oldest settled record is dropped first, and one
 * whose verdict is not committed is kept. Every
 * change of a record is written to the agent's own store during the call, so that an agent that was killed can
 * tell what it had pushed and which replies it had received. A failed write is logged and counted; the history in
 * memory stays complete.
 *
 * @module
 */
import { jsonCodec, type KeyValueStore, type Logger, type Operation } from "../../core/mod.ts";
import { type ChangeRecord, isPending } from "./change_record.ts";

const codec = jsonCodec((value) => value as ChangeRecord);
const prefix = "changes/";

/** Options of {@linkcode ChangeHistory}. */
export interface ChangeHistoryOptions {
  /** Store that keeps the records. */
  readonly state: KeyValueStore;
  readonly log: Logger;
  /** Most records kept. */
  readonly capacity: number;
  /** Called with each new or changed record. Must not throw. */
  readonly onChange?: (record: ChangeRecord) => void;
  /** Called with the key of each record that is removed. Must not throw. */
  readonly onForget?: (key: string) => void;
}

/** Records by the key of their change-set. */
export class ChangeHistory {
  readonly #options: ChangeHistoryOptions;
  readonly #records = new Map<string, ChangeRecord>();
  readonly #writes = new Set<Promise<void>>();
  /** Writes that failed. */
  failures = 0;

  constructor(options: ChangeHistoryOptions) {
    this.#options = options;
  }

  /** Restores the records of a previous run. */
  async restore(): Promise<void> {
    const { state, log } = this.#options;
    const records: ChangeRecord[] = [];
    for await (const entry of state.list(prefix)) {
      try {
        records.push(codec.decode(entry.value));
      } catch (error) {
        log.warn(`Cannot read the record ${entry.key}; ignoring it`, { error });
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

  /**
   * Adds or replaces a record. Resolves when the write to the store has succeeded or failed.
   *
   * @param alongside Further writes of the same transaction.
   */
  put(record: ChangeRecord, alongside: readonly Operation[] = []): Promise<void> {
    const frozen = Object.freeze(record);
    this.#records.set(record.key, frozen);
    const stored = { key: prefix + record.key, value: codec.encode(frozen) };
    const written = this.#write((state) =>
      alongside.length === 0
        ? state.put(stored.key, stored.value)
        : state.txn({ operations: [{ type: "put", ...stored }, ...alongside] })
    );
    this.#options.onChange?.(frozen);
    this.#trim();
    return written;
  }

  /** Changes members of a record. When the record is not kept, only writes what is `alongside`. */
  update(
    key: string,
    members: Partial<ChangeRecord>,
    alongside: readonly Operation[] = [],
  ): Promise<void> {
    const record = this.#records.get(key);
    if (record) return this.put({ ...record, ...members }, alongside);
    return alongside.length === 0
      ? Promise.resolve()
      : this.#write((state) => state.txn({ operations: alongside }));
  }

  /** Removes the records for which `isStale` returns true. */
  forget(isStale: (record: ChangeRecord) => boolean): void {
    for (const record of this.list().filter(isStale)) this.#delete(record.key);
  }

  /** Resolves when all writes so far have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes);
  }

  #trim(): void {
    const { capacity } = this.#options;
    for (const [key, record] of this.#records) {
      if (this.#records.size <= capacity) return;
      if (isOpen(record)) continue;
      this.#delete(key);
    }
  }

  #delete(key: string): void {
    this.#records.delete(key);
    this.#write((state) => state.delete(prefix + key));
    this.#options.onForget?.(key);
  }

  /** Calls the store at once: the embedded store then has the write before the caller continues. */
  #write(work: (state: KeyValueStore) => Promise<unknown>): Promise<void> {
    const { state, log } = this.#options;
    const written = (async () => {
      try {
        await work(state);
      } catch (error) {
        this.failures++;
        log.error("Cannot store the record of a change-set; a restart would not find it", {
          error,
        });
      }
    })();
    this.#writes.add(written);
    written.then(() => this.#writes.delete(written));
    return written;
  }
}

/** Whether a restart needs the record: it has no verdict, or one that is not committed. */
function isOpen({ state, commit }: ChangeRecord): boolean {
  if (isPending({ state })) return true;
  return state !== "committed" && commit !== undefined;
}
