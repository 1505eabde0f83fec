/* An agent whose messages go to Kafka, the sender of the messages, and the end of the topic. */
import { Consumer } from "npm:@platformatic/kafka@2.12.1";
import { createTopic } from "../integration/_kafka.ts";
import { measureArrivals, startLogAgent } from "./_log_agent.ts";
import type { BenchReporter } from "./_reporter.ts";

/** What is measured. */
export interface KafkaFlow {
  /** Name of the rows. */
  readonly name: string;
  readonly subject: "LOG" | "EVENT";
  /** Topic to which the agent writes. */
  readonly topic: string;
  /** Messages of one run. */
  readonly messages: number;
  /** Bytes of one message, or of the payload of an event. */
  readonly bytes: number;
  /** Messages a second that are sent at most. Default: as many as the agent takes. */
  readonly maxRate?: number;
  /** Rates to compare with. */
  readonly aim: { readonly rate: number; readonly cpu?: number };
}

/** Address of the broker. */
export function benchBroker(): string {
  const broker = Deno.env.get("CIM_TEST_KAFKA");
  if (!broker) throw new TypeError("Cannot measure: no broker; set CIM_TEST_KAFKA");
  return broker;
}

/** Measures the whole way of messages. A run ends when the broker has the last record. */
export async function measureFlow(
  report: BenchReporter,
  { name, subject, topic: topicName, messages, bytes, maxRate, aim }: KafkaFlow,
): Promise<void> {
  const broker = benchBroker();
  const folder = await Deno.makeTempDir({ prefix: "cim-bench-kafka-" });
  try {
    await createTopic(broker, topicName).catch((error) => {
      if (!/exist/i.test(Deno.inspect(error))) throw error;
    });
    await using topic = new TopicEnd(broker, topicName);
    await using agent = await startLogAgent(folder, {
      lmaas: { logging_mode: "KAFKA" },
      env: { CIM_KAFKA_BROKERS: broker },
    });
    const before = await topic.records();
    await measureArrivals(report, agent, {
      name,
      messages,
      bytes,
      maxRate,
      subject,
      aim,
      reached: (sent) => topic.reached(before + sent),
    });
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
