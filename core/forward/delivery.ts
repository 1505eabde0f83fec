/**
 * What became of one attempt to deliver, and the one-method stage that attempts it.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";

/** It arrived, it may arrive later, or it never will. */
export type Delivery =
  | { readonly status: "delivered" }
  | {
    readonly status: "retry";
    /** Short and from a closed set: it becomes a label. */
    readonly reason: string;
    /** Time before which another attempt is pointless, in milliseconds. */
    readonly afterMs?: number;
    readonly cause?: unknown;
  }
  | { readonly status: "rejected"; readonly reason: string; readonly cause?: unknown };

/** The delivery that needs no words. */
export const delivered: Delivery = Object.freeze({ status: "delivered" });

/**
 * One stage of a route. `send` says what became of the item and does not throw for weather; when its
 * signal aborts it returns soon, with `retry` unless the item arrived. An error that it throws all the
 * same is taken as {@linkcode deliveryOf} says by the stages around it.
 */
export interface Sender<T> {
  /** Attempts to deliver the item. */
  send(item: T, signal: AbortSignal): Promise<Delivery>;
}

/** The delivery that an error stands for: `retry`, unless it says that trying again cannot help. */
export function deliveryOf(error: unknown): Delivery {
  if (error instanceof AgentError) {
    const status = error.retryable ? "retry" : "rejected";
    return { status, reason: error.code, cause: error };
  }
  return { status: "retry", reason: "failed", cause: error };
}

/** Calls a sender and turns what it throws into a delivery. */
export async function attempt<T>(
  sender: Sender<T>,
  item: T,
  signal: AbortSignal,
): Promise<Delivery> {
  try {
    return await sender.send(item, signal);
  } catch (error) {
    return deliveryOf(error);
  }
}

/** A delivery in words, for a log line. */
export function describeDelivery(delivery: Delivery): string {
  if (delivery.status === "delivered") return "delivered";
  const { status, reason, cause } = delivery;
  return cause === undefined ? `${status}: ${reason}` : `${status}: ${describeError(cause)}`;
}
