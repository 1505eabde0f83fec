/**
 * Time limits for promises, and waiting for a signal.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import { type Duration, milliseconds } from "../units/mod.ts";
import { type Clock, systemClock } from "./clock.ts";

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** The action for the error message: "Cannot <action>: ...". */
  action: string;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Ends the wait early. */
  signal?: AbortSignal;
}

/**
 * Runs `work` with a signal that aborts after `limit`, and does not wait longer even if the work ignores its
 * signal.
 *
 * @throws {AgentError} `deadline_exceeded` when the time is up.
 * @throws {RangeError} When the limit is negative or not a number.
 *
 * @example
 * ```ts
 * import { deadline } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const answer = await deadline(() => Promise.resolve(42), 1_000, { action: "ask" });
 * assert.equal(answer, 42);
 * ```
 */
export async function deadline<T>(
  work: (signal: AbortSignal) => Promise<T> | T,
  limit: Duration,
  { action, clock = systemClock, signal }: DeadlineOptions,
): Promise<T> {
  const limitMs = milliseconds(limit, `limit to ${action}`);
  signal?.throwIfAborted();
  const controller = new AbortController();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  using _timer = clock.timer(limitMs, () => {
    const error = new AgentError(
      "deadline_exceeded",
      `Cannot ${action}: not finished after ${limitMs} ms`,
    );
    controller.abort(error);
    reject(error);
  });
  function onAbort() {
    controller.abort(signal!.reason);
    reject(signal!.reason);
  }
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Resolves when the signal aborts; at once if it has. Disposing of the promise removes its listener: do so when
 * the wait may end before the signal, as in a race.
 *
 * @example
 * ```ts
 * import { aborted } from "./mod.ts";
 *
 * const work = Promise.resolve("done");
 * using stop = aborted(new AbortController().signal);
 * await Promise.race([work, stop]);
 * ```
 */
export function aborted(signal: AbortSignal): Promise<void> & Disposable {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", onAbort, { once: true });
  return Object.assign(promise, {
    [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort),
  });
}
