/**
 * Events with 100 bytes of additional information from a socket as JSON documents to one partition of topic EVENT of a
 * real broker (`CIM_TEST_KAFKA`), through the spool, acknowledged by all replicas. The agent runs on core 0, the sender
 * on core 1, the broker where it likes. A run ends when the broker has the last record.
 *
 * @module
 */
import { measureFlow } from "./_kafka_flow.ts";
import type { BenchReporter } from "./_reporter.ts";

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  await measureFlow(report, {
    name: "100 B, EVENT",
    subject: "EVENT",
    topic: "EVENT",
    messages: 300_000,
    bytes: 100,
    // Faster ones are dropped and counted, because events do not hold their publisher.
    maxRate: 100_000,
    aim: { rate: 0.2 },
  });
}
