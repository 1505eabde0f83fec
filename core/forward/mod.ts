/**
 * Forwarding: a sender is one method that returns the outcome of an item, and everything around it is a
 * stage of the same shape. Stages nest, the outermost first:
 * `createRoute(name, withQueue(withBatch(withRetry(withBreaker(withTimeout(sender))))), books)`.
 *
 * This folder has no destination, no format and no disk. Items that must survive the process need a spool.
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
