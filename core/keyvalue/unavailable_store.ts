/**
 * The store that a disabled plugin provides: its users get a typed error that says how to enable it.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { Capabilities, KeyValueStore } from "./contract.ts";

/**
 * Returns a store that fails every call with `unavailable`.
 *
 * @param reason What is missing and how to fix it, such as `no server is configured; set "etcd.endpoints"`.
 *
 * @example
 * ```ts
 * import { unavailableStore } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const store = unavailableStore("etcd", "no server is configured");
 * await assert.rejects(store.get("a"), { code: "unavailable" });
 * ```
 */
export function unavailableStore(name: string, reason: string): KeyValueStore {
  return new UnavailableStore(name, reason);
}

class UnavailableStore implements KeyValueStore {
  readonly capabilities: Capabilities = Object.freeze({
    ttl: false,
    history: false,
    transactions: false,
  });
  readonly #message: string;

  constructor(name: string, reason: string) {
    this.#message = `Cannot use ${name}: ${reason}`;
  }

  get = () => this.#refuse();
  revision = () => this.#refuse();
  put = () => this.#refuse();
  delete = () => this.#refuse();
  txn = () => this.#refuse();
  compareAndSwap = () => this.#refuse();
  compareAndDelete = () => this.#refuse();
  watch = () => this.#refuse();
  remainingTtlMs = () => this.#refuse();

  list() {
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#refuse() }) };
  }

  withPrefix(): KeyValueStore {
    return this;
  }

  #refuse(): Promise<never> {
    return Promise.reject(new AgentError("unavailable", this.#message));
  }
}
