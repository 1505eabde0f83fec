/**
 * Records of 200 bytes to one partition of a real broker (`CIM_TEST_KAFKA`), with acknowledgement of all replicas:
 * blocks of framed records through the Kafka sender with each driver, beside the producer of @platformatic/kafka, which
 * gets an object per record. All send batches of the same size, one at a time, in this process.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { withRetry } from "../../core/forward/mod.ts";
import { valueBlock } from "../../plugins/kafka/mod.ts";
import { connect, createTopic, drivers } from "../integration/_kafka.ts";
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
  const topics = [...drivers, "library"].map(() => `bench-${crypto.randomUUID()}`);
  for (const topic of topics) await createTopic(broker, topic);
  const value = new Uint8Array(recordBytes).fill(0x61);
  const block = valueBlock(Array.from({ length: batchRecords }, () => value));
  const never = new AbortController().signal;

  await using clients = new AsyncDisposableStack();
  const contestants = drivers.map((driver, at) => {
    const client = clients.use(connect(broker, { driver, requestTimeoutMs: 10_000 }));
    const sender = client.sender(topics[at], {
      onRejected: ({ reason }) => {
        throw new Error(`Cannot measure: record refused: ${reason}`);
      },
    });
    const patient = withRetry(sender, { attempts: 50 });
    const figures: Figures = { rates: [], cpu: [] };
    const send = async () => {
      const { status } = await patient.send(block, never);
      if (status !== "delivered") throw new Error(`Cannot measure: ${status}`);
    };
    return { driver, figures, send };
  });
  await using library = libraryProducer(broker, topics[drivers.length]);
  const sendObjects = () => library.send(value, batchRecords);

  // Alternately, so that all meet the same state of the machine; the first round warms up.
  const objects: Figures = { rates: [], cpu: [] };
  for (let round = 0; round <= runs; round++) {
    for (const { send, figures } of contestants) {
      await measure(send, round === 0 ? undefined : figures);
    }
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
  for (const { driver, figures } of contestants) {
    record(figures, `record batches, driver ${driver}`, ofLibrary);
  }
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
