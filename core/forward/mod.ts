/**
 * Forwarding: a sender is one method that returns the outcome of an item, and everything around it is a
 * stage of the same shape. Stages nest, the outermost first:
 * `createRoute(name, withQueue(withBatch(withRetry(withBreaker(withTimeout(sender))))), books)`.
 *
 * This folder has no destination, no format and no disk. Items that must survive the process need a spool.
 *
 * @example A route of all stages, from the outermost to the destination
 * ```ts
 * import {
 *   createRoute,
 *   delivered,
 *   deliveryOf,
 *   describeDelivery,
 *   type Sender,
 *   withBatch,
 *   withBreaker,
 *   withQueue,
 *   withRetry,
 *   withTimeout,
 * } from "./mod.ts";
 * import { TaskGroup } from "../async/mod.ts";
 * import { Books } from "../books/mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using tasks = new TaskGroup((name, error) => console.error(name, error));
 * const pages: string[] = [];
 * const printer: Sender<readonly string[]> = {
 *   send(batch) {
 *     pages.push(...batch);
 *     return Promise.resolve(delivered);
 *   },
 * };
 * const safe = withRetry(withBreaker(withTimeout(printer, { limit: "5s" })), { attempts: 3 });
 * const queue = withQueue(withBatch(safe, { linger: "1ms" }), { capacity: 100, workers: 2, tasks });
 * const route = createRoute("printer", queue, new Books());
 * const delivery = await route.send("page 1", AbortSignal.timeout(5_000));
 * assert.equal(describeDelivery(delivery), "delivered");
 * assert.equal(deliveryOf(new Error("no paper")).status, "retry");
 * assert.deepEqual([pages, route.book.delivered], [["page 1"], 1]);
 * ```
 *
 * @module
 */
export {
  attempt,
  delivered,
  type Delivery,
  deliveryOf,
  describeDelivery,
  type Sender,
} from "./delivery.ts";
export { createRoute, type CreateRouteOptions, type Route, settle } from "./route.ts";
export { type BatchOptions, withBatch } from "./with_batch.ts";
export { type BreakerOptions, type BreakerState, withBreaker } from "./with_breaker.ts";
export { type QueueOptions, type QueueStage, withQueue } from "./with_queue.ts";
export { type RetryStageOptions, withRetry } from "./with_retry.ts";
export { type TimeoutStageOptions, withTimeout } from "./with_timeout.ts";
