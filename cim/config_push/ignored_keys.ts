/**
 * Keys below the prefix of the change-sets that are none of this pod: of another version of the service, or
 * malformed. Each is logged once and listed until it is deleted. At most `capacity` are kept; one warning says that
 * there are more.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import { changeSetFault, type Scope } from "../config_keys/mod.ts";

/** Options of {@linkcode IgnoredKeys}. */
export interface IgnoredKeysOptions {
  /** Names that select the change-sets of this pod. */
  readonly scope: Scope;
  readonly clock: Clock;
  readonly log: Logger;
  /** Most keys kept. Default 100. */
  readonly capacity?: number;
}

/** One ignored key. */
export interface IgnoredKey {
  /** The key, cut at 300 characters. */
  readonly key: string;
  /** Why it is ignored. */
  readonly reason: string;
  /** When the agent first saw it, milliseconds since 1970. */
  readonly seenAt: number;
}

/** Longest key that is shown, in characters. */
const maxKeyLength = 300;

/** Remembers, logs and lists ignored keys. */
export class IgnoredKeys {
  readonly #options: IgnoredKeysOptions;
  readonly #keys = new Map<string, IgnoredKey>();
  #hasWarned = false;

  constructor(options: IgnoredKeysOptions) {
    this.#options = options;
  }

  /** Adds a key that is none of a change-set of this pod; logs it when it is new. */
  add(key: string): void {
    const { scope, clock, log, capacity = 100 } = this.#options;
    if (this.#keys.has(key)) return;
    if (this.#keys.size >= capacity) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      log.warn("More keys ignored than are listed", { listed: capacity });
      return;
    }
    const shown = key.length > maxKeyLength ? `${key.slice(0, maxKeyLength)}...` : key;
    const { reason, isOtherVersion } = changeSetFault(key, scope);
    this.#keys.set(key, { key: shown, reason, seenAt: clock.now() });
    log[isOtherVersion ? "info" : "warn"]("Key ignored: it is no change-set of this pod", {
      key: shown,
      reason,
    });
  }

  /** Removes a key that was deleted. */
  delete(key: string): void {
    this.#keys.delete(key);
  }

  /** Removes the keys that a new listing does not contain. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#keys.keys()) if (!keys.has(key)) this.#keys.delete(key);
  }

  /** The keys, newest first. */
  list(): IgnoredKey[] {
    return [...this.#keys.values()].reverse();
  }
}
