import assert from "node:assert/strict";
import { product } from "../cim/_product.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";
import { createTopic, readTopic } from "./_kafka.ts";
import { kafkaLogSettings } from "./_kafka_logs.ts";
import { requirePrivate, startPrivate } from "./_servers.ts";

// The topic is LOGS, so each test needs a broker of its own.
const { ignore } = requirePrivate("kafka");

type Product = Awaited<ReturnType<typeof product>>;

/** The sum of the samples of a metric of route `logs_kafka`. */
function routeMetric({ agent }: Product, name: string): number {
  const family = agent.metrics.families().find((family) => family.name === `cim_route_${name}`);
  let sum = 0;
  for (const sample of family!.collect() as Iterable<{ labels: unknown; value: number }>) {
    if ((sample.labels as Record<string, string>).route === "logs_kafka") sum += sample.value;
  }
  return sum;
}

function publish({ nats }: Product, first: number, count: number): void {
  for (let number = first; number < first + count; number++) {
    const message = { containerId: "c1", containerName: "amf", payload: `${number}` };
    nats.publish("LOG", buildLogMessage(message));
  }
}

Deno.test({
  name:
    "mode KAFKA: lines reach topic LOGS without key as envelopes, and an outage with a restart loses none",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "LOGS");
    using temp = tempDir();
    const options = { env: { CIM_KAFKA_BROKERS: broker }, ...await kafkaLogSettings(temp) };
    {
      await using cim = await product(options);
      publish(cim, 0, 100);
      await until("delivered", () => routeMetric(cim, "delivered_total") === 100);
      await server.kill();
      publish(cim, 100, 200);
      await until("spooled", () => routeMetric(cim, "spooled") === 200);
      assert.equal(routeMetric(cim, "unaccounted"), 0);
    }
    await using cim = await product(options);
    publish(cim, 300, 50);
    await until("spooled", () => routeMetric(cim, "spooled") === 250);
    await server.restart();
    const read = await readTopic(broker, "LOGS", 350);
    assert.deepEqual(
      read.map(({ value }) => JSON.parse(value).log),
      Array.from({ length: 350 }, (_, number) => `${number}`),
    );
    assert.deepEqual([read[0].key ?? "", read[0].headers], ["", {}]);
    assert.deepEqual(JSON.parse(read[0].value).kubernetes, {
      namespace_name: "ns1",
      pod_name: "amf-0",
    });
    await until("settled", () => routeMetric(cim, "delivered_total") === 350);
    assert.deepEqual([routeMetric(cim, "spooled"), routeMetric(cim, "unaccounted")], [0, 0]);
  },
});
