import type { MetricFamily } from "../../core/mod.ts";

const bucketWidth = 500;
const bucketCount = 20;
const bounds = Array.from({ length: bucketCount }, (_, index) => index * bucketWidth);

/**
 * Counts the messages of one subject and their sizes. Names and buckets (0, 500, ... 9,500 bytes) are those of
 * XGVela.
 *
 * @example
 * ```ts
 * import { SubjectMeter } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const meter = new SubjectMeter("EVENT");
 * meter.observe(176);
 * assert.equal(meter.messages, 1);
 * ```
 */
export class SubjectMeter {
  /** The subject, part of the metric names. */
  readonly subject: string;
  /** Messages received. */
  messages = 0;
  /** Milliseconds from the time in the last message with a time to its arrival. */
  latencyMs = 0;
  #bytes = 0;
  readonly #counts = new Float64Array(bucketCount + 1);

  /** Starts with all counters at 0. */
  constructor(subject: string) {
    this.subject = subject;
  }

  /** Counts a message. */
  observe(bytes: number): void {
    this.messages++;
    this.#bytes += bytes;
    // The integer part of this quotient is the index of the first bound that is not smaller.
    const bucket = ((bytes + bucketWidth - 1) / bucketWidth) | 0;
    this.#counts[bucket < bucketCount ? bucket : bucketCount]++;
  }

  /** The metric families; the name of the pod is their only label. */
  families(pod: string): MetricFamily[] {
    const labels = { pod };
    const stem = `cim_nats_${this.subject.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`;
    return [
      {
        type: "counter",
        name: `${stem}_message_count`,
        help: `Messages received on subject ${this.subject}.`,
        collect: () => [{ labels, value: this.messages }],
      },
      {
        type: "gauge",
        name: `${stem}_latency`,
        help:
          `Milliseconds from the time in the last message on subject ${this.subject} to its arrival.`,
        collect: () => [{ labels, value: this.latencyMs }],
      },
      {
        type: "histogram",
        name: `${stem}_message_size`,
        help: `Size in bytes of messages on subject ${this.subject}.`,
        collect: () => [{ labels, bounds, counts: this.#counts, sum: this.#bytes }],
      },
    ];
  }
}
