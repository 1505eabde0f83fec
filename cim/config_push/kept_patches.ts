/**
 * Patches of recent change-sets in the agent's own store: the key of a change-set ends with its lease, and the history
 * still shows what it changed and can push it again.
 *
 * Bounds: a patch above `maxPatchBytes` is not kept; of all patches, the oldest are removed when they exceed
 * `maxBytes`. A patch goes with the record of its change-set. The patches themselves are not held in memory.
 *
 * @module
 */
import type { KeyValueStore, Logger, Operation } from "../../core/mod.ts";

const prefix = "patches/";

/** Options of {@linkcode KeptPatches}. */
export interface KeptPatchesOptions {
  /** Store that keeps the patches. */
  readonly state: KeyValueStore;
  readonly log: Logger;
  /** Maximum bytes of all patches. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Maximum bytes of one patch. Default 256 KiB. */
  readonly maxPatchBytes?: number;
}

/** Keeps patches by the key of their change-set. */
export class KeptPatches {
  readonly #options: Required<KeptPatchesOptions>;
  /** Bytes by key, oldest first. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  /** Writes that failed. */
  failures = 0;

  constructor(options: KeptPatchesOptions) {
    this.#options = { maxBytes: 4 * 2 ** 20, maxPatchBytes: 256 * 1024, ...options };
  }

  /**
   * Finds the patches of a previous run and removes those without a record.
   *
   * @param keys Keys of the change-sets with a record, oldest first.
   */
  async restore(keys: readonly string[]): Promise<void> {
    const found = new Map<string, number>();
    for await (const { key, value } of this.#options.state.list(prefix)) {
      found.set(key.slice(prefix.length), value.length);
    }
    for (const key of keys) {
      const size = found.get(key);
      if (size !== undefined) this.#count(key, size);
      found.delete(key);
    }
    for (const key of found.keys()) this.#remove(key);
    this.#trim();
  }

  /** Counts a patch as kept; returns the write that keeps it, for the transaction that stores the record. */
  keep(key: string, patch: Uint8Array): readonly Operation[] {
    if (patch.length > this.#options.maxPatchBytes) {
      this.forget(key);
      return [];
    }
    this.#count(key, patch.length);
    this.#trim();
    return [{ type: "put", key: prefix + key, value: patch }];
  }

  /** Removes a patch; does nothing when it is not kept. */
  forget(key: string): void {
    const size = this.#sizes.get(key);
    if (size === undefined) return;
    this.#sizes.delete(key);
    this.#bytes -= size;
    this.#remove(key);
  }

  /** The patch of a change-set; undefined when it is not kept. */
  async read(key: string): Promise<Uint8Array | undefined> {
    if (!this.#sizes.has(key)) return undefined;
    return (await this.#options.state.get(prefix + key))?.value;
  }

  #count(key: string, size: number): void {
    this.#bytes += size - (this.#sizes.get(key) ?? 0);
    this.#sizes.delete(key);
    this.#sizes.set(key, size);
  }

  #trim(): void {
    for (const key of this.#sizes.keys()) {
      if (this.#bytes <= this.#options.maxBytes) return;
      this.forget(key);
    }
  }

  #remove(key: string): void {
    const { state, log } = this.#options;
    // The embedded store has it at once. A patch that stays is removed by the next start.
    state.delete(prefix + key).catch((error) => {
      this.failures++;
      log.error("Cannot remove the patch of an old change-set", { key, error });
    });
  }
}
