import type { MetricFamily } from "../../core/mod.ts";

const bucketWidth = 500;
const bucketCount = 20;
const bounds = Array.from({ length: bucketCount }, (_, index) => index * bucketWidth);

/**
 * Counts the messages of one subject and their sizes. The names are XGVela's; so are the buckets: 0, 500,
 * ... 9,500 bytes.
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
  /** Subject, as in the metrics' names. */
  readonly subject: string;
  /** Messages seen. */
  messages = 0;
  /** Milliseconds between a message and its arrival, of the last message that told its time. */
  latencyMs = 0;
  #bytes = 0;
  readonly #counts = new Float64Array(bucketCount + 1);

  /** Begins at zero. */
  constructor(subject: string) {
    this.subject = subject;
  }

  /** Counts a message. */
  observe(bytes: number): void {
    this.messages++;
    this.#bytes += bytes;
    // The whole part of this quotient is the bucket whose bound is the next one up.
    const bucket = ((bytes + bucketWidth - 1) / bucketWidth) | 0;
    this.#counts[bucket < bucketCount ? bucket : bucketCount]++;
  }

  /** The families, with the pod's name as their only label. */
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
          `Milliseconds between a message on subject ${this.subject} and its arrival, the last.`,
        collect: () => [{ labels, value: this.latencyMs }],
      },
      {
        type: "histogram",
        name: `${stem}_message_size`,
        help: `Bytes of the messages on subject ${this.subject}.`,
        collect: () => [{ labels, bounds, counts: this.#counts, sum: this.#bytes }],
      },
    ];
  }
}
