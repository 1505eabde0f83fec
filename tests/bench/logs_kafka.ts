/**
 * LOG messages of 200 bytes from a socket as JSON envelopes to one partition of topic LOGS of a real broker
 * (`CIM_TEST_KAFKA`), through the spool, acknowledged by all replicas. The agent runs on core 0, the sender on core 1,
 * the broker where it likes. A run ends when the broker has the last record. The producer of @platformatic/kafka alone, with as
 * many records of the envelope's size, is measured beside it.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { createTopic } from "../integration/_kafka.ts";
import { benchBroker, measureFlow } from "./_kafka_flow.ts";
import { libraryProducer } from "./_kafka_library.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
const bytes = 200;
/** Size of the envelope of such a message. */
const envelopeBytes = 250;
const batchRecords = 1_000;
const libraryRecords = 100_000;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  await measureLibrary(report, benchBroker());
  await measureFlow(report, {
    name: `${bytes} B, KAFKA`,
    subject: "LOG",
    topic: "LOGS",
    messages: 1_000_000,
    bytes,
    aim: { rate: 0.7, cpu: 0.9 },
  });
}

async function measureLibrary(report: BenchReporter, broker: string): Promise<void> {
  const topic = `bench-${crypto.randomUUID()}`;
  await createTopic(broker, topic);
  await using library = libraryProducer(broker, topic);
  const value = new Uint8Array(envelopeBytes).fill(0x61);
  const [rates, cpu]: number[][] = [[], []];
  for (let round = 0; round <= runs; round++) {
    const before = cpuUsage();
    const begun = performance.now();
    for (let sent = 0; sent < libraryRecords; sent += batchRecords) {
      await library.send(value, batchRecords);
    }
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = cpuUsage(before);
    if (round === 0) continue;
    rates.push(libraryRecords / seconds / 1e6);
    cpu.push((user + system) / libraryRecords);
  }
  const at = { case: `${envelopeBytes} B, library alone` };
  report.record({ ...at, metric: "rate", unit: "M/s" }, rates);
  report.record({ ...at, metric: "cpu_s_per_million", unit: "s" }, cpu);
}
