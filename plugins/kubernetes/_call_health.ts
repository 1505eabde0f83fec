import type { Clock } from "../../core/async/mod.ts";
import { describeError } from "../../core/errors/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";

/** Time after which a failure of a call that was not made again is left out, in milliseconds. */
const forgetMs = 10 * 60_000;

/**
 * Status of the client from the outcomes of its calls: degraded while the last attempt of one kind of call failed. It is
 * never an error, because everything works without the API with what is known.
 */
export class CallHealth {
  readonly #status: StatusReporter;
  readonly #clock: Clock;
  readonly #failures = new Map<string, { readonly reason: string; readonly at: number }>();

  constructor(status: StatusReporter, clock: Clock) {
    this.#status = status;
    this.#clock = clock;
  }

  /** Takes the outcome of an attempt: the kind of call, and the error unless it succeeded. */
  report(call: string, error: unknown): void {
    const now = this.#clock.monotonic();
    this.#failures.delete(call);
    if (error !== undefined) this.#failures.set(call, { reason: describeError(error), at: now });
    for (const [kind, { at }] of this.#failures) {
      if (now - at > forgetMs) this.#failures.delete(kind);
    }
    const reasons = new Set(this.#failures.values().map(({ reason }) => reason));
    if (reasons.size === 0) this.#status.ok();
    else this.#status.degraded([...reasons].join("; "));
  }
}
