/**
 * Metrics of the Kubernetes client.
 *
 * @module
 */
import {
  type Counter,
  counter,
  type Histogram,
  histogram,
  type MetricFamily,
} from "../../core/metrics/mod.ts";

/** Counters of one client. The kinds of calls are a closed set. */
export class KubernetesStats {
  readonly #seconds: Histogram<"call"> = histogram(
    "kubernetes_call_seconds",
    "Time from a request to its answer, by call; for a watch to its begin.",
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    { labels: ["call"] },
  );
  readonly #failures: Counter<"call" | "status"> = counter(
    "kubernetes_call_failures_total",
    "Attempts that were not answered with a success, by call and HTTP status.",
    { labels: ["call", "status"] },
  );
  #resyncs = 0;
  readonly #resynced = counter(
    "kubernetes_resyncs_total",
    "How often a watch began again from a list because its version was no longer known.",
    () => this.#resyncs,
  );

  /** The metric families, for the agent. */
  get families(): MetricFamily[] {
    return [this.#seconds, this.#failures, this.#resynced];
  }

  /** Counts an answered attempt. */
  answered(call: string, latencyMs: number): void {
    this.#seconds.observe(latencyMs / 1_000, { call });
  }

  /** Counts an attempt that failed. */
  failed(call: string, status: string): void {
    this.#failures.add(1, { call, status });
  }

  /** Counts a watch that began again from a list. */
  resynced(): void {
    this.#resyncs++;
  }
}
