/**
 * Subscriptions of one client: SUB and UNSUB, with limits and permissions.
 *
 * @module
 */
import type { NatsLimits } from "../options.ts";
import { goQuote, parseSize, utf8 } from "../protocol/mod.ts";
import { type Client, type Router, Subscription } from "../routing/mod.ts";
import type { Counters } from "../stats.ts";

/** Queue group that nats-server reserves. */
const systemGroup = "_sys_";

/** Outcome of a SUB or UNSUB: done, malformed, or refused with the text of an -ERR. */
export type SubscriptionOutcome = { readonly kind: "done" | "malformed" } | {
  readonly kind: "refused";
  readonly text: string;
};

const done: SubscriptionOutcome = Object.freeze({ kind: "done" });
const malformed: SubscriptionOutcome = Object.freeze({ kind: "malformed" });

/** What {@linkcode ClientSubscriptions} needs of the server. */
export interface SubscriptionContext {
  readonly router: Router;
  readonly counters: Counters;
  /** Current limits. */
  readonly limits: Pick<NatsLimits, "maxSubscriptions" | "maxSubTokens">;
}

/** Subscriptions of one client by the ids that it chose. */
export class ClientSubscriptions {
  readonly #client: Client;
  readonly #context: SubscriptionContext;
  readonly #bySid = new Map<string, Subscription>();

  constructor(client: Client, context: SubscriptionContext) {
    this.#client = client;
    this.#context = context;
  }

  /** Number of subscriptions. */
  get size(): number {
    return this.#bySid.size;
  }

  /** All subscriptions. */
  values(): IterableIterator<Subscription> {
    return this.#bySid.values();
  }

  /** Handles `SUB subject [queue] sid`. A sid already in use keeps its subscription, as in nats-server. */
  subscribe(words: readonly string[]): SubscriptionOutcome {
    if (words.length !== 2 && words.length !== 3) return malformed;
    const [subject] = words;
    const queue = words.length === 3 ? words[1] : null;
    const sid = words[words.length - 1];
    const { counters, limits, router } = this.#context;
    if (queue === systemGroup || !this.#isAllowed(subject, queue)) {
      return this.#refusal(subject, queue);
    }
    if (limits.maxSubTokens > 0 && subject.split(".").length > limits.maxSubTokens) {
      counters.violations.max_sub_tokens++;
      const text = `Permissions Violation for Subscription to ${goQuote(subject)}, too many tokens`;
      return { kind: "refused", text };
    }
    if (limits.maxSubscriptions > 0 && this.#bySid.size >= limits.maxSubscriptions) {
      counters.violations.max_subscriptions++;
      return { kind: "refused", text: "maximum subscriptions exceeded" };
    }
    if (this.#bySid.has(sid)) return done;
    const subscription = new Subscription(subject, queue, sid, this.#client, null);
    if (!router.add(subscription)) {
      counters.violations.invalid_subject++;
      return { kind: "refused", text: "Invalid Subject" };
    }
    this.#bySid.set(sid, subscription);
    return done;
  }

  /** Handles `UNSUB sid [max]`. */
  unsubscribe(words: readonly string[]): SubscriptionOutcome {
    if (words.length !== 1 && words.length !== 2) return malformed;
    const subscription = this.#bySid.get(words[0]);
    if (subscription === undefined) return done;
    const bytes = utf8(words[1] ?? "");
    const max = parseSize(bytes, 0, bytes.length);
    if (max > subscription.delivered) subscription.max = max;
    else this.#remove(subscription);
    return done;
  }

  /** Removes the subscription with this id, if there is one. */
  remove(sid: string): void {
    const subscription = this.#bySid.get(sid);
    if (subscription !== undefined) this.#remove(subscription);
  }

  /** Removes all subscriptions. */
  clear(): void {
    for (const subscription of [...this.#bySid.values()]) this.#remove(subscription);
  }

  /** Removes subscriptions that the permissions no longer allow; returns the texts of their -ERR lines. */
  prune(): string[] {
    const refusals: string[] = [];
    for (const subscription of [...this.#bySid.values()]) {
      const { subject, queue, sid } = subscription;
      if (this.#isAllowed(subject, queue)) continue;
      this.#remove(subscription);
      refusals.push(`${this.#refusal(subject, queue).text} (sid ${goQuote(sid)})`);
    }
    return refusals;
  }

  #remove(subscription: Subscription): void {
    this.#bySid.delete(subscription.sid);
    this.#context.router.remove(subscription);
  }

  #isAllowed(subject: string, queue: string | null): boolean {
    const { guard } = this.#client;
    return guard === null || guard.maySubscribe(subject, queue);
  }

  #refusal(subject: string, queue: string | null): { kind: "refused"; text: string } {
    this.#context.counters.violations.subscribe_permission++;
    const group = queue === null ? "" : ` using queue ${goQuote(queue)}`;
    const text = `Permissions Violation for Subscription to ${goQuote(subject)}${group}`;
    return { kind: "refused", text };
  }
}
