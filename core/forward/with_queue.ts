/**
 * Decouples who sends from who delivers, within a bound.
 *
 * @module
 */
import { BoundedQueue, type OverflowPolicy, type TaskGroup } from "../async/mod.ts";
import { attempt, type Delivery, type Sender } from "./delivery.ts";

/** Options of {@linkcode withQueue}. */
export interface QueueOptions {
  /** Items waiting at most, at least 1. */
  capacity: number;
  /** What happens when it is full. Default `block`. */
  policy?: OverflowPolicy;
  /** Items delivered at the same time, at least 1. Default 1, which keeps their order. */
  workers?: number;
  /** Owner of the workers; closing it ends them, what still waits is answered `retry`. */
  tasks: Pick<TaskGroup, "run">;
}

/** A queue as a stage. */
export interface QueueStage<T> extends Sender<T> {
  /** Items waiting now. */
  readonly waiting: number;
  /** Takes nothing more; what waits is still delivered while the workers live. */
  close(): void;
}

interface Entry<T> {
  readonly item: T;
  readonly signal: AbortSignal;
  answer(delivery: Delivery): void;
}

/**
 * Puts a bounded queue before `next`. An item that the policy loses is answered `rejected` with reason
 * `queue_full`, so that the books of the route know of it.
 */
export function withQueue<T>(next: Sender<T>, options: QueueOptions): QueueStage<T> {
  const { capacity, policy = "block", workers = 1, tasks } = options;
  if (!(workers >= 1)) throw new RangeError(`Cannot run ${workers} workers: must be at least 1`);
  const queue = new BoundedQueue<Entry<T>>({
    capacity,
    policy,
    onDrop: ({ answer }) => answer({ status: "rejected", reason: "queue_full" }),
  });
  async function work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const entry = await queue.take({ signal });
      if (entry === undefined) return;
      entry.answer(await attempt(next, entry.item, AbortSignal.any([entry.signal, signal])));
    }
  }
  async function workThenAnswer(signal: AbortSignal): Promise<void> {
    try {
      await work(signal);
    } finally {
      queue.close();
      for (let left = queue.tryTake(); left !== undefined; left = queue.tryTake()) {
        left.answer({ status: "retry", reason: "closed" });
      }
    }
  }
  for (let worker = 1; worker <= workers; worker++) {
    tasks.run(`queue worker ${worker}`, workThenAnswer);
  }
  return {
    get waiting() {
      return queue.size;
    },
    close: () => queue.close(),
    async send(item, signal) {
      const { promise, resolve } = Promise.withResolvers<Delivery>();
      try {
        await queue.put({ item, signal, answer: resolve }, { signal });
      } catch (error) {
        return { status: "retry", reason: signal.aborted ? "aborted" : "closed", cause: error };
      }
      return promise;
    },
  };
}
