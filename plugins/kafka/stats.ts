/**
 * Metrics of producers, by topic. The number of topics is bounded; further ones share one series.
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

/** Counters of all producers of one agent. */
export class KafkaStats {
  readonly #records: Counter<"topic"> = counter(
    "kafka_produced_records_total",
    "Records that Kafka acknowledged.",
    { labels: ["topic"] },
  );
  readonly #bytes: Counter<"topic"> = counter(
    "kafka_produced_bytes_total",
    "Bytes of acknowledged record batches, as sent.",
    { labels: ["topic"] },
  );
  readonly #requests: Counter<"topic"> = counter(
    "kafka_produce_requests_total",
    "Produce requests that were answered or failed.",
    { labels: ["topic"] },
  );
  readonly #errors: Counter<"topic" | "reason"> = counter(
    "kafka_produce_errors_total",
    "Failed attempts to produce, by reason.",
    { labels: ["topic", "reason"] },
  );
  readonly #rejected: Counter<"topic" | "reason"> = counter(
    "kafka_rejected_records_total",
    "Records that Kafka refused for good, by reason.",
    { labels: ["topic", "reason"] },
  );
  readonly #repeated: Counter<"topic"> = counter(
    "kafka_possible_duplicates_total",
    "Records that were sent again without the broker being able to recognise them, after an attempt whose outcome is unknown.",
    { labels: ["topic"] },
  );
  readonly #latency: Histogram<"topic"> = histogram(
    "kafka_produce_seconds",
    "Time from sending a record batch to its acknowledgement.",
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    { labels: ["topic"] },
  );

  /** The metric families, for the agent. */
  get families(): MetricFamily[] {
    return [
      this.#records,
      this.#bytes,
      this.#requests,
      this.#errors,
      this.#rejected,
      this.#repeated,
      this.#latency,
    ];
  }

  /** Counts an acknowledged batch. */
  written(topic: string, records: number, bytes: number, latencyMs: number): void {
    this.#records.add(records, { topic });
    this.#bytes.add(bytes, { topic });
    this.#requests.add(1, { topic });
    this.#latency.observe(latencyMs / 1_000, { topic });
  }

  /** Counts a request that was not acknowledged. */
  requestFailed(topic: string, reason: string): void {
    this.#requests.add(1, { topic });
    this.failed(topic, reason);
  }

  /** Counts an attempt that failed before a request was sent. */
  failed(topic: string, reason: string): void {
    this.#errors.add(1, { topic, reason });
  }

  /** Counts records that may be stored twice. */
  maybeRepeated(topic: string, records: number): void {
    this.#repeated.add(records, { topic });
  }

  /** Counts records that were refused for good. */
  rejected(topic: string, reason: string, records: number): void {
    this.#rejected.add(records, { topic, reason });
  }
}
