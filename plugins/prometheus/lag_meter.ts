/**
 * Measures the delay of the event loop by the drift of a periodic timer. (The runtime's own histogram of loop delay
 * stays empty under Deno.)
 *
 * @module
 */
import type { Clock, MetricFamily } from "../../core/mod.ts";

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Delay of the event loop: the last value and a histogram. */
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

  /** Records one delay in seconds. */
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
        help: "Delay of the event loop at the last measurement.",
        collect: () => this.#last,
      },
      {
        type: "histogram",
        name: "eventloop_delay_seconds",
        help: "Delays of the event loop, measured every metrics.lag_interval.",
        collect: () => [{ bounds, counts: this.#counts, sum: this.#sum }],
      },
    ];
  }
}
