/**
 * How late the event loop is: a timer's drift, measured at a steady pace. (The runtime's own histogram of loop
 * delay stays empty under Deno.)
 *
 * @module
 */
import type { Clock, MetricFamily } from "../../core/mod.ts";

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Measures while {@linkcode run} runs. */
export class LagMeter {
  readonly #clock: Clock;
  readonly #counts = new Float64Array(bounds.length + 1);
  #sum = 0;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Measures every `intervalMs` until the signal aborts. */
  async run(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const due = this.#clock.monotonic() + intervalMs;
      await this.#clock.sleep(intervalMs, { signal });
      this.observe(Math.max(0, this.#clock.monotonic() - due) / 1_000);
    }
  }

  /** Notes one delay in seconds. */
  observe(seconds: number): void {
    const bucket = bounds.findIndex((bound) => seconds <= bound);
    this.#counts[bucket < 0 ? bounds.length : bucket]++;
    this.#sum += seconds;
    this.#last = seconds;
  }

  /** The families to publish. */
  families(): MetricFamily[] {
    return [
      {
        type: "gauge",
        name: "nodejs_eventloop_lag_seconds",
        help: "Delay of the event loop when it was measured last.",
        collect: () => this.#last,
      },
      {
        type: "histogram",
        name: "eventloop_delay_seconds",
        help: "Delays of the event loop, measured at a steady pace.",
        collect: () => [{ bounds, counts: this.#counts, sum: this.#sum }],
      },
    ];
  }
}
