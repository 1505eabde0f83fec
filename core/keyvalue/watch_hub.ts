/**
 * The watches of one store: every committed batch goes to those whose prefix it touches.
 *
 * @module
 */
import type { Change, ChangeBatch, Entry } from "./contract.ts";
import type { StoredBatch } from "./revision_table.ts";
import { WatchChannel, type WatchChannelOptions } from "./watch_channel.ts";

/** All open watches of one store. */
export class WatchHub {
  readonly #watches = new Map<WatchChannel, string>();
  #overflows = 0;

  /** Open watches. */
  get size(): number {
    return this.#watches.size;
  }

  /** Watches that were ended because their reader was too slow. */
  get overflows(): number {
    return this.#overflows;
  }

  /** Opens a watch that gets every batch published from now on. */
  open(options: Omit<WatchChannelOptions, "onEnd">): WatchChannel {
    const channel: WatchChannel = new WatchChannel({
      ...options,
      onEnd: () => this.#watches.delete(channel),
    });
    this.#watches.set(channel, options.prefix);
    return channel;
  }

  /** Gives each watch its part of a batch, with values of its own. */
  publish(batch: StoredBatch): void {
    for (const [channel, prefix] of this.#watches) {
      const changes = batch.changes.filter((change) => changedKey(change).startsWith(prefix));
      if (changes.length === 0) continue;
      channel.push(ownedBatch({ revision: batch.revision, changes }));
      if (channel.ended) this.#overflows++;
    }
  }

  /** Ends every watch with an error. */
  fail(error: unknown): void {
    for (const channel of [...this.#watches.keys()]) channel.fail(error);
  }
}

/** The key that a change is about. */
export function changedKey(change: Change): string {
  return change.type === "put" ? change.entry.key : change.key;
}

/** A copy whose value belongs to the receiver alone. */
export function ownedEntry({ key, value, revision, createRevision }: Entry): Entry {
  return { key, value: value.slice(), revision, createRevision };
}

/** A copy of a batch whose values belong to the receiver alone. */
export function ownedBatch({ revision, changes }: StoredBatch): ChangeBatch {
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
