/**
 * Time, waiting and background work: clock, time limits, backoff, retry, a bounded queue and task groups. It
 * depends on no plugin, log or network.
 *
 * @module
 */
export { type Backoff, backoff, type BackoffOptions } from "./backoff.ts";
export { BoundedQueue, type BoundedQueueOptions, type OverflowPolicy } from "./bounded_queue.ts";
export { type Clock, clockFrom, type ClockSource, systemClock, type WaitOptions } from "./clock.ts";
export { aborted, deadline, type DeadlineOptions } from "./deadline.ts";
export { pause } from "./pause.ts";
export { retry, type RetryOptions } from "./retry.ts";
export { type TaskFailure, TaskGroup } from "./task_group.ts";
