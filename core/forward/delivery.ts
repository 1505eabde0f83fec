/**
 * The outcome of one attempt to deliver, and the one-method stage that makes the attempt.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";

/**
 * Outcome of one attempt: the item arrived, another attempt may succeed, the destination refused the item, or
 * a stage gave it up on purpose (a full queue, a limit). Only `retry` is worth another attempt.
 */
export type Delivery =
  | { readonly status: "delivered" }
  | {
    readonly status: "retry";
    /** Short and from a closed set: it becomes a metric label. */
    readonly reason: string;
    /** Milliseconds before which another attempt cannot succeed. */
    readonly afterMs?: number;
    readonly cause?: unknown;
  }
  | { readonly status: "rejected"; readonly reason: string; readonly cause?: unknown }
  | { readonly status: "dropped"; readonly reason: string; readonly cause?: unknown };

/** The outcome of an item that arrived. */
export const delivered: Delivery = Object.freeze({ status: "delivered" });

/**
 * One stage of a route. `send` returns the outcome and does not throw for operational failures. When its
 * signal aborts it returns soon, with `retry` unless the item arrived. The stages around it turn an error
 * that it throws nevertheless into an outcome with {@linkcode deliveryOf}.
 */
export interface Sender<T> {
  /** Attempts to deliver the item. */
  send(item: T, signal: AbortSignal): Promise<Delivery>;
}

/** The outcome for an error: `retry`, or `rejected` if the error says that a retry cannot help. */
export function deliveryOf(error: unknown): Delivery {
  if (error instanceof AgentError) {
    const status = error.retryable ? "retry" : "rejected";
    return { status, reason: error.code, cause: error };
  }
  return { status: "retry", reason: "failed", cause: error };
}

/** Calls a sender and turns an error that it throws into an outcome. */
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

/** An outcome as text for a log line. */
export function describeDelivery(delivery: Delivery): string {
  if (delivery.status === "delivered") return "delivered";
  const { status, reason, cause } = delivery;
  return cause === undefined ? `${status}: ${reason}` : `${status}: ${describeError(cause)}`;
}
