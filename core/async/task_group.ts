/**
 * Background work with an owner: each loop runs in a group, the group is told of failures, and closing
 * the group aborts and awaits everything in it.
 *
 * @module
 */

/** Told when a task throws anything but the abort of the group. */
export type TaskFailure = (name: string, error: unknown) => void;

/** A set of running tasks. */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Map<Promise<void>, string>();
  readonly #onFailure: TaskFailure;

  /** Creates an empty group that tells failures to `onFailure`, which must not throw. */
  constructor(onFailure: TaskFailure) {
    this.#onFailure = onFailure;
  }

  /** Aborts when the group is closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Names of the tasks that still run. */
  get running(): string[] {
    return [...this.#running.values()];
  }

  /** Starts a task. After {@linkcode close} this does nothing, since the work is over. */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted) return;
    const running: Promise<void> = this.#guard(name, task).finally(() => {
      this.#running.delete(running);
    });
    this.#running.set(running, name);
  }

  /** Aborts the signal and waits for all tasks. May be called twice. */
  async close(): Promise<void> {
    this.#controller.abort();
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #guard(name: string, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.signal);
    } catch (error) {
      if (!(this.signal.aborted && error === this.signal.reason)) this.#onFailure(name, error);
    }
  }
}
