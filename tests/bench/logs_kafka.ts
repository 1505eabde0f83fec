/**
 * LOG messages of 200 bytes from a socket as JSON envelopes to one partition of topic LOGS of a real broker
 * (`CIM_TEST_KAFKA`), through the spool, acknowledged by all replicas. The agent runs on core 0, the sender on core 1,
 * the broker where it likes. A run ends when the broker has the last record. The producer of @platformatic/kafka alone, with as
 * many records of the envelope's size, is measured beside it.
 *
 * @module
 */
import { Consumer } from "npm:@platformatic/kafka@2.12.1";
import { cpuUsage } from "node:process";
import { createTopic } from "../integration/_kafka.ts";
import { AgentProcess, fromSource } from "./_agent_process.ts";
import { libraryProducer } from "./_kafka_library.ts";
import { onCore } from "./_on_core.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
const messages = 1_000_000;
const bytes = 200;
/** Size of the envelope of such a message. */
const envelopeBytes = 250;
const batchRecords = 1_000;
const libraryRecords = 100_000;

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  const broker = Deno.env.get("CIM_TEST_KAFKA");
  if (!broker) throw new TypeError("Cannot measure: no broker; set CIM_TEST_KAFKA");
  await measureLibrary(report, broker);
  await measureAgent(report, broker);
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

async function measureAgent(report: BenchReporter, broker: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-logs-kafka-" });
  try {
    await createTopic(broker, "LOGS").catch((error) => {
      if (!/exist/i.test(Deno.inspect(error))) throw error;
    });
    await using topic = new TopicEnd(broker, "LOGS");
    await Deno.mkdir(`${folder}/conf/static`, { recursive: true });
    await Deno.writeTextFile(`${folder}/conf/cim.json`, settings());
    await Deno.writeTextFile(
      `${folder}/conf/static/common-infra.json`,
      JSON.stringify({ enable_retrx: "true" }),
    );
    await using agent = AgentProcess.spawn(onCore(0, fromSource), {
      CIM_PATHS_CONF: `${folder}/conf`,
      CIM_PATHS_LOGS: `${folder}/logs`,
      CIM_PATHS_DATA: `${folder}/data`,
      CIM_KAFKA_BROKERS: broker,
      K8S_NAMESPACE: "ns1",
      K8S_POD_ID: "amf-0",
    });
    await agent.ready();
    const [rates, cpu, resident]: number[][] = [[], [], []];
    let end = await topic.records();
    // The first run warms up and is not reported.
    for (let round = 0; round <= runs; round++) {
      const before = agent.cpuS();
      const begun = performance.now();
      end += await send(agent.nats);
      await topic.reached(end);
      const seconds = (performance.now() - begun) / 1_000;
      if (round === 0) continue;
      rates.push(messages / seconds / 1e6);
      cpu.push((agent.cpuS() - before) / (messages / 1e6));
      resident.push(agent.residentMb());
    }
    const at = { case: `${bytes} B, KAFKA` };
    report.record({ ...at, metric: "rate", unit: "M/s" }, rates, { name: "aim", value: 0.7 });
    report.record(
      { ...at, metric: "cpu_s_per_million", unit: "s" },
      cpu,
      { name: "aim", value: 0.9 },
    );
    report.record({ ...at, metric: "rss_mb", unit: "MiB" }, resident);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The end of a topic with one partition. */
class TopicEnd implements AsyncDisposable {
  readonly #topic: string;
  readonly #consumer: Consumer;

  constructor(broker: string, topic: string) {
    this.#topic = topic;
    this.#consumer = new Consumer({
      clientId: "bench",
      groupId: `bench-${crypto.randomUUID()}`,
      bootstrapBrokers: [broker],
    });
  }

  /** Records so far. */
  async records(): Promise<number> {
    const offsets = await this.#consumer.listOffsets({ topics: [this.#topic], timestamp: -1n });
    return Number(offsets.get(this.#topic)![0]);
  }

  /** Resolves when it has so many records; rejects after 60 s. */
  async reached(count: number): Promise<void> {
    const limit = performance.now() + 60_000;
    while (await this.records() < count) {
      if (performance.now() > limit) throw new Error(`Not ${count} records within 60 s`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.close(true);
  }
}

async function send(port: number): Promise<number> {
  const path = new URL("_log_sender.ts", import.meta.url).pathname;
  const { command, args } = onCore(1, {
    name: "sender",
    command: Deno.execPath(),
    args: ["run", "-A", path, ...[port, 1, messages, bytes].map(String)],
  });
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (code !== 0) {
    throw new Error(`The sender ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout)).messages;
}

function settings(): string {
  const lmaas = { logging_mode: "KAFKA" };
  const cim_settings = { log_level: "INFO", cim_file_log: false };
  return JSON.stringify({ cimConfig: { lmaas, cim_settings } });
}
