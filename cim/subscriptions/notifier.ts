/**
 * Decides for each record of the topic whether the application wants it, and hands it over.
 *
 * A record without a subscriber on NATS waits, and the ones behind it with it, because their positions must not be
 * committed. A record that the application does not take, although a client of it is subscribed, is tried several
 * times; then it becomes a dead letter, so that one bad record does not hold up the others for ever.
 *
 * @module
 */
import {
  AgentError,
  backoff,
  type Book,
  type Clock,
  deadline,
  describeError,
  hasCode,
  pause,
} from "../../core/mod.ts";
import type { ConsumedRecord } from "../../plugins/kafka/mod.ts";
import type { BusDelivery } from "../bus/mod.ts";
import { matches, type RecordHeaders, type Subscription } from "./subscription.ts";

/** A record that was given up. */
export interface UndeliverableRecord {
  readonly reason: string;
  readonly record: Uint8Array;
  readonly cause?: unknown;
}

/** Options of {@linkcode Notifier}. */
export interface NotifierOptions {
  /** The current subscriptions. */
  readonly subscriptions: () => Iterable<Subscription>;
  /** Publishes a value to the application and waits for its confirmation. */
  readonly deliver: (value: Uint8Array) => Promise<BusDelivery>;
  /** Counts the records that are wanted; a record is counted when its outcome is known. */
  readonly book: Book;
  /** Attempts after which a record is given up; at least 1. */
  readonly maxAttempts: number;
  /** Time limit of one attempt, in milliseconds. */
  readonly confirmTimeoutMs: number;
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  /** Called with a record that is given up. */
  readonly onUndeliverable: (record: UndeliverableRecord) => void;
  /** Called when the reason for which a record waits changes; undefined when none waits any more. */
  readonly onWaiting: (reason: string | undefined) => void;
}

/** Why a record was not for the application. */
export type SkipReason = "not_subscribed" | "replay" | "no_value";

/** Bounds of the delays between two attempts, in milliseconds. */
const minRetryMs = 50;
const maxRetryMs = 1_000;

const decoder = new TextDecoder();

/** Hands records to the application, one after the other. */
export class Notifier {
  /** Records that were not for the application, by reason. */
  readonly skipped: Record<SkipReason, number> = { not_subscribed: 0, replay: 0, no_value: 0 };
  /** Attempts that the application did not confirm. */
  failedAttempts = 0;
  readonly #options: NotifierOptions;
  #waitReason: string | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Why a record waits for the application; undefined when none does. */
  get waitReason(): string | undefined {
    return this.#waitReason;
  }

  /**
   * Handles one record. Returns whether it is settled, so that its position may be committed; false only when the signal
   * aborted first.
   */
  async handle(record: ConsumedRecord, signal: AbortSignal): Promise<boolean> {
    const skip = this.#skipReason(record);
    if (skip !== undefined) {
      this.skipped[skip]++;
      return true;
    }
    return await this.#handOver(record.value!, signal);
  }

  #skipReason({ headers, value }: ConsumedRecord): SkipReason | undefined {
    const texts: RecordHeaders = new Map(
      headers.map(([name, content]) => [name, decoder.decode(content)]),
    );
    if (texts.get("replay") === "true") return "replay";
    if (value === undefined) return "no_value";
    for (const subscription of this.#options.subscriptions()) {
      if (matches(subscription, texts)) return undefined;
    }
    return "not_subscribed";
  }

  async #handOver(value: Uint8Array, signal: AbortSignal): Promise<boolean> {
    const { book, maxAttempts, clock, random, onUndeliverable } = this.#options;
    const delays = backoff({ min: minRetryMs, max: maxRetryMs, random });
    let attempts = 0;
    while (!signal.aborted) {
      const outcome = await this.#try(value, maxAttempts - attempts, signal);
      if (outcome.status === "confirmed") {
        this.#wait(undefined);
        book.accepted++;
        book.delivered++;
        return true;
      }
      if (outcome.status === "aborted") break;
      attempts += outcome.failures;
      this.failedAttempts += outcome.failures;
      if (outcome.status === "too_large" || attempts >= maxAttempts) {
        const { reason, cause } = outcome;
        this.#wait(undefined);
        book.accepted++;
        book.reject(reason);
        onUndeliverable({ reason, record: value, cause });
        return true;
      }
      this.#wait(outcome.text);
      await pause(clock, delays.next(), signal);
    }
    this.#wait(undefined);
    return false;
  }

  /** Publishes once. A client that does not answer in time is waited for again, because it has the message already. */
  async #try(value: Uint8Array, maxFailures: number, signal: AbortSignal): Promise<Attempt> {
    const { deliver, clock, confirmTimeoutMs: limitMs } = this.#options;
    let failures = 0;
    const delivery = deliver(value);
    while (true) {
      try {
        const outcome = await deadline(() => delivery, limitMs, { action, clock, signal });
        if (outcome === "confirmed") return { status: "confirmed" };
        if (outcome === "no_subscriber") return { status: "failed", failures, ...noSubscriber };
        return { status: "failed", failures: failures + 1, ...disconnected };
      } catch (cause) {
        if (signal.aborted) {
          // What becomes of it does not matter any more: the record comes again.
          delivery.catch(() => undefined);
          return { status: "aborted" };
        }
        if (cause instanceof RangeError) {
          const text = describeError(cause);
          return { status: "too_large", failures: 1, reason: "record_too_large", text, cause };
        }
        if (!(cause instanceof AgentError)) throw cause;
        if (!hasCode(cause, "deadline_exceeded")) {
          // The outside server is not connected, which says nothing about the record.
          return { status: "failed", failures, reason: cause.code, text: describeError(cause) };
        }
        this.#wait(unconfirmed.text);
        if (++failures >= maxFailures) {
          delivery.catch(() => undefined);
          return { status: "failed", failures, ...unconfirmed };
        }
      }
    }
  }

  #wait(reason: string | undefined): void {
    if (reason === this.#waitReason) return;
    this.#waitReason = reason;
    this.#options.onWaiting(reason);
  }
}

type Attempt =
  | { readonly status: "confirmed" }
  | { readonly status: "aborted" }
  | {
    readonly status: "failed" | "too_large";
    /** Attempts that count as failed. */
    readonly failures: number;
    readonly reason: string;
    /** The reason for people. */
    readonly text: string;
    readonly cause?: unknown;
  };

const action = "hand an event to the application";
const noSubscriber = {
  reason: "no_subscriber",
  text: "Events wait in Kafka: no client is subscribed to EVENT-NOTIFICATION",
} as const;
const disconnected = {
  reason: "not_confirmed",
  text: "An event waits: the application disconnected when it got it",
} as const;
const unconfirmed = {
  reason: "not_confirmed",
  text: "An event waits: the application does not confirm that it has it",
} as const;
