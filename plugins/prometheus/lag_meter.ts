/**
 * Measures the delay of the event loop by the drift of a periodic timer. (The runtime's own histogram of loop delay
 * stays empty under Deno.)
 *
 * @module
 */
import { type Clock, gauge, histogram, type MetricFamily } from "../../core/mod.ts";

/** Delay of the event loop: the last value and a histogram. */
export class LagMeter {
  readonly #clock: Clock;
  readonly #last = gauge(
    "nodejs_eventloop_lag_seconds",
    "Delay of the event loop at the last measurement.",
  );
  readonly #delays = histogram(
    "eventloop_delay_seconds",
    "Delays of the event loop, measured every metrics.lag_interval.",
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
  );

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
    this.#delays.observe(seconds);
    this.#last.set(seconds);
  }

  /** The families to publish. */
  families(): MetricFamily[] {
    return [this.#last, this.#delays];
  }
}
