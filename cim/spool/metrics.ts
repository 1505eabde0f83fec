/**
 * The metrics of the spool. They are read when they are scraped.
 *
 * @module
 */
import { type Clock, counter, gauge, type MetricFamily, type Sample } from "../../core/mod.ts";
import type { SpoolQueue } from "../../core/mod.ts";
import type { AgentSpool } from "./agent_spool.ts";
import type { DeadLetters } from "./dead_letters.ts";

/** The families of a spool. */
export function spoolMetrics(
  spool: AgentSpool,
  letters: DeadLetters,
  clock: Clock,
): MetricFamily[] {
  function byQueue(read: (queue: SpoolQueue) => number): Sample[] {
    return [...spool.queues.values()].map((queue) => ({
      labels: { queue: queue.name },
      value: read(queue),
    }));
  }
  function age({ oldestMs }: SpoolQueue): number {
    return oldestMs === undefined ? 0 : Math.max(0, clock.now() - oldestMs) / 1_000;
  }
  return [
    gauge("cim_spool_bytes", "Bytes that the spool uses of its bound.", () => spool.bytes),
    gauge("cim_spool_max_bytes", "Bound of the spool in bytes.", () => spool.maxBytes),
    gauge("cim_spool_durable", "1 if what is stored survives the process, else 0.", () => {
      return spool.isDurable ? 1 : 0;
    }),
    gauge("cim_spool_queue_bytes", "Bytes that a queue uses of the bound.", () => {
      return byQueue(({ bytes }) => bytes);
    }),
    gauge("cim_spool_records", "Records that wait in a queue.", () => {
      return byQueue(({ records }) => records);
    }),
    gauge("cim_spool_oldest_seconds", "Age of the oldest record in a queue, in seconds.", () => {
      return byQueue(age);
    }),
    counter("cim_spool_lost_total", "Stored records that were given up or damaged.", () => {
      return [...spool.lost].flatMap(([queue, reasons]) =>
        [...reasons].map(([reason, value]): Sample => ({ labels: { queue, reason }, value }))
      );
    }),
    counter("cim_dead_letters_total", "Refused records that were kept.", () => letters.written),
    counter("cim_dead_letters_lost_total", "Refused records that could not be kept.", () => {
      return letters.lost;
    }),
  ];
}
