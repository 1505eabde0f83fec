/**
 * The subscriptions by id, kept in the store of the agent's state so that they survive a restart.
 *
 * A change is stored before it is answered. Readers see a set that no later change alters.
 *
 * @module
 */
import {
  AgentError,
  jsonCodec,
  type KeyValueStore,
  type Logger,
  type TypedStore,
  typedStore,
} from "../../core/mod.ts";
import { subscriptionErrors } from "./errors.ts";
import { checkSubscription, isSameSubscription, type Subscription } from "./subscription.ts";

/** Options of {@linkcode SubscriptionSet}. */
export interface SubscriptionSetOptions {
  /** Where the subscriptions are stored. */
  readonly state: KeyValueStore;
  /** Maximum number of subscriptions, above 0. */
  readonly maxSubscriptions: number;
  /** Numbers in [0, 1), for ids. */
  readonly random: () => number;
  readonly log: Logger;
}

const prefix = "subscriptions/";
/** Range of ids, both included. */
const firstId = 100_000;
const lastId = 999_998;

/** Holds the subscriptions. */
export class SubscriptionSet {
  readonly #options: SubscriptionSetOptions;
  readonly #store: TypedStore<Subscription>;
  #all: ReadonlyMap<string, Subscription> = new Map();
  #queue: Promise<unknown> = Promise.resolve();
  #changed = Promise.withResolvers<void>();

  constructor(options: SubscriptionSetOptions) {
    this.#options = options;
    this.#store = typedStore(options.state, jsonCodec(checkSubscription), {
      onInvalid: (error, { key }) =>
        options.log.error("Cannot restore a subscription; it is left out", { key, error }),
    });
  }

  /** All subscriptions by id, oldest first but for those of a previous run, which are by id. */
  get all(): ReadonlyMap<string, Subscription> {
    return this.#all;
  }

  /** Resolves with the next change. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Restores the subscriptions of a previous run. A store that fails is logged; they are then unknown in this run. */
  async restore(): Promise<void> {
    const restored = new Map<string, Subscription>();
    try {
      for await (const { key, value } of this.#store.list(prefix)) {
        restored.set(key.slice(prefix.length), value);
      }
    } catch (error) {
      this.#options.log.error("Cannot restore the subscriptions", { error });
    }
    this.#replace(restored);
  }

  /**
   * Adds a subscription and returns its id, which no other one has. When the set is full, it takes the place of the
   * oldest one with the same filter: an application that starts again subscribes again.
   *
   * @throws {AgentError} `subscription_limit` when there is none; the error of the store when it cannot be stored.
   */
  add(subscription: Subscription): Promise<string> {
    return this.#inTurn(async () => {
      const { maxSubscriptions, log } = this.#options;
      const next = new Map(this.#all);
      if (next.size >= maxSubscriptions) {
        const same = [...next].find(([, other]) => isSameSubscription(subscription, other));
        if (same === undefined) {
          throw new AgentError(
            subscriptionErrors.subscription_limit,
            `Cannot subscribe: there are ${next.size} subscriptions already; delete some or raise ` +
              "subscriptions.max_subscriptions",
          );
        }
        await this.#store.delete(prefix + same[0]);
        next.delete(same[0]);
        log.warn("Subscription replaced by a new one with the same filter", { id: same[0] });
      }
      const id = this.#freeId(next);
      await this.#store.put(prefix + id, subscription);
      this.#replace(next.set(id, subscription));
      return id;
    });
  }

  /** Replaces the filter of a subscription. @throws {AgentError} `subscription_unknown`, or the error of the store. */
  update(id: string, subscription: Subscription): Promise<void> {
    return this.#inTurn(async () => {
      this.check(id);
      await this.#store.put(prefix + id, subscription);
      this.#replace(new Map(this.#all).set(id, subscription));
    });
  }

  /** Removes a subscription. @throws {AgentError} `subscription_unknown`, or the error of the store. */
  remove(id: string): Promise<void> {
    return this.#inTurn(async () => {
      this.check(id);
      await this.#store.delete(prefix + id);
      const next = new Map(this.#all);
      next.delete(id);
      this.#replace(next);
    });
  }

  /** @throws {AgentError} `subscription_unknown` when there is no subscription with this id. */
  check(id: string): void {
    if (this.#all.has(id)) return;
    const message = "Subscription ID does not exist.";
    throw new AgentError(subscriptionErrors.subscription_unknown, message);
  }

  #freeId(taken: ReadonlyMap<string, Subscription>): string {
    const ids = lastId - firstId + 1;
    let id = firstId + Math.floor(this.#options.random() * ids);
    while (taken.has(`${id}`)) id = id === lastId ? firstId : id + 1;
    return `${id}`;
  }

  #replace(next: ReadonlyMap<string, Subscription>): void {
    this.#all = next;
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }

  /** Changes are made one after the other, so that none is lost. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const made = this.#queue.then(change);
    // The caller gets the error; the next change must be made anyway.
    this.#queue = made.catch(() => undefined);
    return made;
  }
}
