/**
 * Background work with an owner: each loop runs in a group, the group reports failures, and closing the group
 * aborts and awaits all its tasks.
 *
 * @module
 */

/** Called when a task throws something other than the abort reason of the group. It must not throw. */
export type TaskFailure = (name: string, error: unknown) => void;

/**
 * A set of running tasks.
 *
 * @example
 * ```ts
 * import { TaskGroup } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const failures: string[] = [];
 * const tasks = new TaskGroup((name, error) => failures.push(`${name}: ${error}`));
 * tasks.run("poll", () => Promise.reject("no answer"));
 * await tasks.close();
 * assert.deepEqual(failures, ["poll: no answer"]);
 * ```
 */
export class TaskGroup implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Map<Promise<void>, string>();
  readonly #onFailure: TaskFailure;

  /** Creates an empty group that reports failures to `onFailure`. */
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

  /** Starts a task; does nothing after {@linkcode close}. */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): void {
    if (this.signal.aborted) return;
    const running: Promise<void> = this.#guard(name, task).finally(() => {
      this.#running.delete(running);
    });
    this.#running.set(running, name);
  }

  /** Aborts the signal and waits for all tasks. Idempotent. */
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
