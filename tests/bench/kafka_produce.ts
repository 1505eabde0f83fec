/**
 * Records of 200 bytes to one partition of a real broker (`CIM_TEST_KAFKA`), with acknowledgement of all replicas:
 * blocks of framed records through the Kafka sender, beside the producer of the library, which gets an object per
 * record. Both send batches of the same size, one at a time, in this process.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { systemClock } from "../../core/async/mod.ts";
import { withRetry } from "../../core/forward/mod.ts";
import { parseBroker } from "../../plugins/kafka/brokers.ts";
import { KafkaClient } from "../../plugins/kafka/kafka_client.ts";
import { valueBlock } from "../../plugins/kafka/mod.ts";
import { createTopic } from "../integration/_kafka.ts";
import { libraryProducer } from "./_kafka_library.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
const recordBytes = 200;
const batchRecords = 4_000;
const runRecords = 800_000;

interface Figures {
  readonly rates: number[];
  readonly cpu: number[];
}

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const broker = Deno.env.get("CIM_TEST_KAFKA");
  if (!broker) throw new TypeError("Cannot measure: no broker; set CIM_TEST_KAFKA");
  const topics = [0, 1].map(() => `bench-${crypto.randomUUID()}`);
  for (const topic of topics) await createTopic(broker, topic);
  const value = new Uint8Array(recordBytes).fill(0x61);
  const block = valueBlock(Array.from({ length: batchRecords }, () => value));
  const never = new AbortController().signal;

  await using client = new KafkaClient({
    driver: "platformatic",
    brokers: [parseBroker(broker)],
    clientId: "bench",
    compression: "none",
    isIdempotent: true,
    createTopics: false,
    maxBatchBytes: 1_000_000,
    dialTimeoutMs: 3_000,
    requestTimeoutMs: 10_000,
    metadataMaxAgeMs: 300_000,
    security: () => Promise.resolve({}),
    clock: systemClock,
    onIdempotenceRefused: (_topic, reason) => {
      throw new Error(`Cannot measure: no producer id: ${reason}`);
    },
  });
  const sender = client.sender(topics[0], {
    onRejected: ({ reason }) => {
      throw new Error(`Cannot measure: record refused: ${reason}`);
    },
  });
  const patient = withRetry(sender, { attempts: 50 });
  async function sendBlock(): Promise<void> {
    const { status } = await patient.send(block, never);
    if (status !== "delivered") throw new Error(`Cannot measure: ${status}`);
  }
  await using library = libraryProducer(broker, topics[1]);
  const sendObjects = () => library.send(value, batchRecords);

  // Alternately, so that both meet the same state of the machine; the first round warms up.
  const blocks: Figures = { rates: [], cpu: [] };
  const objects: Figures = { rates: [], cpu: [] };
  for (let round = 0; round <= runs; round++) {
    await measure(sendBlock, round === 0 ? undefined : blocks);
    await measure(sendObjects, round === 0 ? undefined : objects);
  }
  const name = `${recordBytes} B, acks=all, 1 partition`;
  const record = (figures: Figures, who: string, reference?: [rate: number, cpu: number]) =>
    [
      report.record(
        { case: `${name}, ${who}`, metric: "rate", unit: "M/s" },
        figures.rates,
        reference && { name: "library", value: reference[0] },
      ),
      report.record(
        { case: `${name}, ${who}`, metric: "cpu_s_per_million", unit: "s" },
        figures.cpu,
        reference && { name: "library", value: reference[1] },
      ),
    ] as [number, number];
  const ofLibrary = record(objects, "library alone");
  record(blocks, "record batches", ofLibrary);
}

async function measure(send: () => Promise<void>, into: Figures | undefined): Promise<void> {
  const before = cpuUsage();
  const startMs = performance.now();
  for (let sent = 0; sent < runRecords; sent += batchRecords) await send();
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = cpuUsage(before);
  into?.rates.push(runRecords / seconds / 1e6);
  into?.cpu.push((user + system) / runRecords);
}
