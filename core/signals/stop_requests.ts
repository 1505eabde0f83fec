/** Options of {@linkcode StopRequests}. */
export interface StopRequestsOptions {
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
  /** Called with the first request. */
  readonly onStop: (reason: string) => void;
  /** Called with each later request that does not belong to the first. */
  readonly onKill: (reason: string) => void;
}

/** Requests within this time after the first are the same request. */
const togetherMs = 1_000;

/**
 * Decides what a signal means: the first one requests an orderly stop, a later one the immediate end. Signals within
 * a second of the first count as one, because Ctrl-C may reach a program twice, from the terminal and from its
 * parent process, such as `deno task`.
 *
 * @example
 * ```ts
 * import { StopRequests } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const seen: string[] = [];
 * let now = 0;
 * const requests = new StopRequests({
 *   now: () => now,
 *   onStop: (reason) => seen.push(`stop ${reason}`),
 *   onKill: (reason) => seen.push(`kill ${reason}`),
 * });
 * requests.add("SIGINT");
 * requests.add("SIGINT");
 * now = 1_000;
 * requests.add("SIGTERM");
 * assert.deepEqual(seen, ["stop SIGINT", "kill SIGTERM"]);
 * ```
 */
export class StopRequests {
  readonly #options: StopRequestsOptions;
  #firstAt: number | undefined;

  /** Creates a decision without requests. */
  constructor(options: StopRequestsOptions) {
    this.#options = options;
  }

  /** Adds a request; the reason is the name of a signal or a short text. */
  add(reason: string): void {
    const { now, onStop, onKill } = this.#options;
    if (this.#firstAt === undefined) {
      this.#firstAt = now();
      onStop(reason);
    } else if (now() - this.#firstAt >= togetherMs) onKill(reason);
  }
}
