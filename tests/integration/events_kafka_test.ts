import assert from "node:assert/strict";
import { eventsToken } from "../../cim/events/mod.ts";
import { buildEvent } from "../_support/wire_messages.ts";
import { until } from "../_support/until.ts";
import { product } from "../cim/_product.ts";
import { EVENT_DOCUMENTS, EVENTS, hex } from "../cim/wire/_vectors.ts";
import { createTopic, readTopic } from "./_kafka.ts";
import { requirePrivate, startPrivate } from "./_servers.ts";

// The topic is EVENT, so each test needs a broker of its own.
const { ignore } = requirePrivate("kafka");

/** The pod of the golden vectors. */
const pod = {
  CIM_IDENTITY_POD_UID: "0b5f0c9e-7d1a-4c6e-9a51-2f1f6f0f3c11",
  CIM_IDENTITY_TMAAS: JSON.stringify({
    ...{ vendorId: "mvnr", xgvelaId: "xgvela1", nfClass: "core", nfType: "5gc", nfId: "nf1" },
    ...{ nfServiceId: "amf", nfServiceType: "amf" },
  }),
};

/** Key of G6 for this pod. */
const eventKey = "18235915113c8c12a73a90f6d3297f74";

type Product = Awaited<ReturnType<typeof product>>;

/** The sum of the samples of a metric of route `events`. */
function routeMetric({ agent }: Product, name: string): number {
  const family = agent.metrics.families().find((family) => family.name === `cim_route_${name}`);
  let sum = 0;
  for (const sample of family!.collect() as Iterable<{ labels: unknown; value: number }>) {
    if ((sample.labels as Record<string, string>).route === "events") sum += sample.value;
  }
  return sum;
}

Deno.test({
  name:
    "D-70 V5 to V9: events, those of the agent included, become exactly their documents in Kafka, with the key and partition of G6",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "EVENT", { partitions: 12 });
    await using cim = await product({ env: { ...pod, CIM_KAFKA_BROKERS: broker } });
    const names = ["V5", "V6", "V7", "V8", "V9"] as const;
    for (const name of names) cim.nats.publish("EVENT", hex(EVENTS[name]));
    cim.agent.get(eventsToken).raise({ name: "CimCommitConfigSuccess" });
    const read = await readTopic(broker, "EVENT", names.length + 1);
    const ofApp = read.slice(0, -1);
    assert.deepEqual(
      ofApp.map(({ key, value, partition, headers }) => [key, value, partition, headers]),
      names.map((name) => [eventKey, EVENT_DOCUMENTS[name], 6, {}]),
    );
    const own = read.at(-1)!;
    const document = JSON.parse(own.value);
    assert.deepEqual(
      [document.eventName, own.key, own.partition],
      ["CimCommitConfigSuccess", eventKey, 6],
    );
    assert.deepEqual(document.sourceHeaders, JSON.parse(ofApp[0].value).sourceHeaders);
    await until("the book is settled", () => routeMetric(cim, "delivered_total") === 6);
    assert.deepEqual([routeMetric(cim, "spooled"), routeMetric(cim, "unaccounted")], [0, 0]);
  },
});

Deno.test({
  name:
    "events wait in the spool while Kafka is away, also across a restart, and arrive once in order",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "EVENT");
    const folder = await Deno.makeTempDir();
    // No application answers, so that no event about its shutdown comes between the numbered ones.
    const env = { ...pod, CIM_KAFKA_BROKERS: broker, CIM_APP_PORT: "1" };
    let next = 0;
    const publish = ({ nats }: Product, count: number) => {
      for (let sent = 0; sent < count; sent++) {
        nats.publish("EVENT", buildEvent({ eventName: "E", eventTime: BigInt(next++) }));
      }
    };
    try {
      {
        await using cim = await product({ env, folder });
        publish(cim, 100);
        await until("delivered", () => routeMetric(cim, "delivered_total") === 100);
        await server.kill();
        publish(cim, 200);
        await until("spooled", () => routeMetric(cim, "spooled") === 200);
        assert.equal(routeMetric(cim, "unaccounted"), 0);
      }
      await using cim = await product({ env, folder });
      publish(cim, 50);
      await until("spooled", () => routeMetric(cim, "spooled") === 250);
      await server.restart();
      const read = await readTopic(broker, "EVENT", next);
      assert.deepEqual(
        read.map(({ value }) => JSON.parse(value).eventTime),
        Array.from({ length: next }, (_, index) => index),
      );
      await until("settled", () => routeMetric(cim, "delivered_total") === next);
      assert.deepEqual([routeMetric(cim, "spooled"), routeMetric(cim, "unaccounted")], [0, 0]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
