/**
 * Bounded queue between producers and a slower sender.
 *
 * @module
 */
import { BoundedQueue, type OverflowPolicy, type TaskGroup } from "../async/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Options of {@linkcode withQueue}. */
export interface QueueOptions {
  /** Maximum items waiting, at least 1. */
  capacity: number;
  /** What happens to an item when the queue is full. Default `block`. */
  policy?: OverflowPolicy;
  /** Items delivered concurrently, at least 1. Default 1, which keeps their order. */
  workers?: number;
  /** Owner of the workers; closing it ends them, and items still waiting get the outcome `retry`. */
  tasks: Pick<TaskGroup, "run">;
}

/** A stage with a queue. */
export interface QueueStage<T> extends Sender<T> {
  /** Items waiting now. */
  readonly waiting: number;
  /** Refuses new items; the workers still deliver those that wait. */
  close(): void;
}

interface Entry<T> {
  readonly item: T;
  readonly signal: AbortSignal;
  settle(delivery: Delivery): void;
}

/**
 * Puts a bounded queue in front of `next`. An item that the policy drops gets the outcome `dropped` with
 * reason `queue_full`, so that the route books it as dropped and not as refused by the destination.
 */
export function withQueue<T>(next: Sender<T>, options: QueueOptions): QueueStage<T> {
  const { capacity, policy = "block", workers = 1, tasks } = options;
  if (!(workers >= 1)) throw new RangeError(`Cannot run ${workers} workers: must be at least 1`);
  const queue = new BoundedQueue<Entry<T>>({
    capacity,
    policy,
    onDrop: ({ settle }) => settle({ status: "dropped", reason: "queue_full" }),
  });
  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const entry = await queue.take({ signal });
      if (entry === undefined) return;
      entry.settle(await attempt(next, entry.item, AbortSignal.any([entry.signal, signal])));
    }
  }
  async function workThenSettle(signal: AbortSignal): Promise<void> {
    try {
      await work(signal);
    } finally {
      queue.close();
      for (let left = queue.tryTake(); left !== undefined; left = queue.tryTake()) {
        left.settle({ status: "retry", reason: "closed" });
      }
    }
  }
  for (let worker = 1; worker <= workers; worker++) {
    tasks.run(`queue worker ${worker}`, workThenSettle);
  }
  return {
    get waiting() {
      return queue.size;
    },
    close: () => queue.close(),
    async send(item, signal) {
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      try {
        await queue.put({ item, signal, settle: resolve }, { signal });
      } catch (error) {
        return { status: "retry", reason: signal.aborted ? "aborted" : "closed", cause: error };
      }
      return promise;
    },
  };
}
