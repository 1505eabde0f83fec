/**
 * The open watches of one store. Each committed batch is sent to the watches whose prefix it affects.
 *
 * @module
 */
import type { Change, ChangeBatch, Entry } from "./contract.ts";
import type { StoredBatch } from "./revision_table.ts";
import { PendingBudget } from "./pending_budget.ts";
import { WatchChannel, type WatchChannelOptions } from "./watch_channel.ts";

/** The open watches of one store. */
export class WatchHub {
  readonly #watches = new Map<WatchChannel, string>();
  readonly #budget: PendingBudget;
  #overflows = 0;

  /** `maxBytes` limits the pending bytes of all watches together. */
  constructor(maxBytes: number) {
    this.#budget = new PendingBudget(maxBytes);
  }

  /** Number of open watches. */
  get size(): number {
    return this.#watches.size;
  }

  /** Number of watches that ended because their reader was too slow. */
  get overflows(): number {
    return this.#overflows;
  }

  /** Bytes that wait for slow readers. */
  get pendingBytes(): number {
    return this.#budget.bytes;
  }

  /** Opens a watch that receives every batch published from now on. */
  open(
    options: Omit<WatchChannelOptions, "onEnd" | "onOverflow" | "budget" | "deliver">,
  ): WatchChannel {
    const channel: WatchChannel = new WatchChannel({
      ...options,
      budget: this.#budget,
      deliver: ownedBatch,
      onEnd: () => this.#watches.delete(channel),
      onOverflow: () => this.#overflows++,
    });
    this.#watches.set(channel, options.prefix);
    return channel;
  }

  /**
   * Sends each watch the changes below its prefix. The watches share the values of the batch, which nothing
   * changes; each reader gets copies when it receives them.
   */
  publish(batch: StoredBatch): void {
    for (const [channel, prefix] of this.#watches) {
      const changes = batch.changes.filter((change) => changedKey(change).startsWith(prefix));
      if (changes.length === 0) continue;
      channel.push({ revision: batch.revision, changes });
    }
  }

  /**
   * Sends each watch the changes of a delete by prefix.
   *
   * @param read Returns the changes below a prefix; called once for each distinct one.
   */
  publishDelete(
    prefix: string,
    revision: number,
    read: (prefix: string) => readonly Change[],
  ): void {
    const batches = new Map<string, readonly Change[]>();
    for (const [channel, watched] of this.#watches) {
      if (!watched.startsWith(prefix) && !prefix.startsWith(watched)) continue;
      const range = watched.length > prefix.length ? watched : prefix;
      const changes = batches.get(range) ?? read(range);
      batches.set(range, changes);
      if (changes.length > 0) channel.push({ revision, changes });
    }
  }

  /** Ends every watch with an error. */
  fail(error: unknown): void {
    for (const channel of [...this.#watches.keys()]) channel.fail(error);
  }
}

/** The key of a change. */
export function changedKey(change: Change): string {
  return change.type === "put" ? change.entry.key : change.key;
}

/** The entry without what only a table knows; shares the value. */
export function plainEntry({ key, value, revision, createRevision }: Entry): Entry {
  return { key, value, revision, createRevision };
}

/** A copy of an entry, its value included. */
export function ownedEntry({ key, value, revision, createRevision }: Entry): Entry {
  return { key, value: value.slice(), revision, createRevision };
}

/** A copy of a batch, its values included. */
export function ownedBatch({ revision, changes }: ChangeBatch): ChangeBatch {
  return { revision, changes: changes.map(ownedChange) };
}

function ownedChange(change: Change): Change {
  const previous = change.previous && ownedEntry(change.previous);
  if (change.type === "put") {
    return { type: "put", entry: ownedEntry(change.entry), ...previous && { previous } };
  }
  const { key, revision } = change;
  return { type: "delete", key, revision, ...previous && { previous } };
}
