/**
 * The subscriptions of one client: SUB and UNSUB, with limits and permissions.
 *
 * @module
 */
import { utf8 } from "../protocol/ascii.ts";
import type { Connection } from "./connection.ts";
import { goQuote } from "../protocol/go_quote.ts";
import { parseSize } from "../protocol/scan.ts";
import type { ServerContext } from "./server_context.ts";
import { Subscription } from "../routing/subscription.ts";

/** Queue group that the reference keeps for itself. */
const systemGroup = "_sys_";

/** What became of a SUB or UNSUB: done, refused with this -ERR text, or not understood. */
export type SubscriptionOutcome = { readonly kind: "done" | "malformed" } | {
  readonly kind: "refused";
  readonly text: string;
};

const done: SubscriptionOutcome = Object.freeze({ kind: "done" });
const malformed: SubscriptionOutcome = Object.freeze({ kind: "malformed" });

/** Subscriptions by the client's own ids. */
export class ClientSubscriptions {
  readonly #client: Connection;
  readonly #context: ServerContext;
  readonly #bySid = new Map<string, Subscription>();

  constructor(client: Connection, context: ServerContext) {
    this.#client = client;
    this.#context = context;
  }

  /** How many there are. */
  get size(): number {
    return this.#bySid.size;
  }

  /** All of them. */
  values(): IterableIterator<Subscription> {
    return this.#bySid.values();
  }

  /** `SUB subject [queue] sid`. A sid that is taken keeps its subscription. */
  subscribe(words: readonly string[]): SubscriptionOutcome {
    if (words.length !== 2 && words.length !== 3) return malformed;
    const [subject] = words;
    const queue = words.length === 3 ? words[1] : null;
    const sid = words[words.length - 1];
    const { counters, limits, router } = this.#context;
    if (queue === systemGroup || !this.#isAllowed(subject, queue)) {
      return this.#refusal(subject, queue);
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

  /** `UNSUB sid [max]`. */
  unsubscribe(words: readonly string[]): SubscriptionOutcome {
    if (words.length !== 1 && words.length !== 2) return malformed;
    const subscription = this.#bySid.get(words[0]);
    if (subscription === undefined) return done;
    const bytes = utf8(words[1] ?? "");
    const max = parseSize(bytes, 0, bytes.length);
    if (max > subscription.delivered) subscription.max = max;
    else this.forget(subscription);
    return done;
  }

  /** Forgets one that is done. */
  forget(subscription: Subscription): void {
    this.#bySid.delete(subscription.sid);
    this.#context.router.remove(subscription);
  }

  /** Forgets all. */
  clear(): void {
    for (const subscription of [...this.#bySid.values()]) this.forget(subscription);
  }

  /** Forgets what the permissions no longer allow; the texts of the refusals. */
  prune(): string[] {
    const refusals: string[] = [];
    for (const subscription of [...this.#bySid.values()]) {
      const { subject, queue, sid } = subscription;
      if (this.#isAllowed(subject, queue)) continue;
      this.forget(subscription);
      refusals.push(`${this.#refusal(subject, queue).text} (sid ${goQuote(sid)})`);
    }
    return refusals;
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
