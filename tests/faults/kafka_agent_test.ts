/* Faults of Kafka as the whole agent meets them, with a broker of its own each. */
import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";
import { type Product, product } from "../cim/_product.ts";
import { countRecords, createTopic, readTopic } from "../integration/_kafka.ts";
import { kafkaLogSettings } from "../integration/_kafka_logs.ts";
import { freePorts, requirePrivate, startPrivate } from "../integration/_servers.ts";
import { cuttableProxy } from "./_cuttable_proxy.ts";

const { ignore } = requirePrivate("kafka");

/** The sum of the samples of a metric of a route. */
function routeMetric({ agent }: Product, name: string, route = "events"): number {
  const family = agent.metrics.families().find((family) => family.name === `cim_route_${name}`);
  let sum = 0;
  for (const sample of family!.collect() as Iterable<{ labels: unknown; value: number }>) {
    if ((sample.labels as Record<string, string>).route === route) sum += sample.value;
  }
  return sum;
}

function publish({ nats }: Product, first: number, count: number, containerId = "c1"): void {
  for (let number = first; number < first + count; number++) {
    nats.publish("EVENT", buildEvent({ eventName: "E", eventTime: BigInt(number), containerId }));
  }
}

function reason({ agent }: Product, plugin: string): string {
  const status = agent.status.plugin(plugin)!;
  return status.state === "degraded" ? status.reason : "";
}

/** The numbers of the events in topic EVENT. */
async function numbers(broker: string, count: number): Promise<number[]> {
  const read = await readTopic(broker, "EVENT", count);
  return read.map(({ value }) => JSON.parse(value).eventTime as number);
}

/** No application, so that no event about its shutdown comes between the numbered ones. */
const quiet = { CIM_APP_PORT: "1" };

Deno.test({
  name:
    "C2-10: events of a long outage arrive oldest first; beyond the size of the spool the newest are dropped and counted",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "EVENT");
    await using cim = await product({
      env: {
        ...quiet,
        CIM_KAFKA_BROKERS: broker,
        CIM_SPOOL_MAX_SIZE: "1MiB",
        CIM_SPOOL_WHEN_FULL: "drop_newest",
      },
    });
    publish(cim, 0, 10);
    await until("delivered", () => routeMetric(cim, "delivered_total") === 10);
    await server.kill();
    const filler = "x".repeat(1_000);
    let next = 10;
    while (routeMetric(cim, "dropped_total") === 0) {
      publish(cim, next, 100, filler);
      next += 100;
      const settled = () =>
        routeMetric(cim, "delivered_total") + routeMetric(cim, "spooled") +
        routeMetric(cim, "dropped_total");
      await until("stored or dropped", () => settled() === next);
    }
    const dropped = routeMetric(cim, "dropped_total");
    await server.restart();
    await until("delivered", () => routeMetric(cim, "delivered_total") === next - dropped);
    publish(cim, next, 1);
    await until("a fresh one", () => routeMetric(cim, "delivered_total") === next - dropped + 1);
    const read = await numbers(broker, next - dropped + 1);
    assert.deepEqual(read.slice(0, -1), Array.from({ length: next - dropped }, (_, at) => at));
    assert.equal(read.at(-1), next);
    assert.deepEqual([routeMetric(cim, "spooled"), routeMetric(cim, "unaccounted")], [0, 0]);
  },
});

Deno.test({
  name:
    "C2-11: events go to the spool while the broker accepts connections and never answers, and arrive afterwards",
  ignore,
  async fn() {
    const port = freePorts();
    const direct = `127.0.0.2:${port + 1}`;
    await using proxy = cuttableProxy(port);
    await using _server = await startPrivate("kafka", {
      port,
      args: [`advertised.listeners=CLIENT://127.0.0.1:${proxy.port},INTERNAL://${direct}`],
    });
    await createTopic(direct, "EVENT");
    proxy.swallow();
    await using cim = await product({
      env: {
        ...quiet,
        CIM_KAFKA_BROKERS: `127.0.0.1:${proxy.port}`,
        CIM_KAFKA_REQUEST_TIMEOUT: "1s",
        CIM_KAFKA_DIAL_TIMEOUT: "1s",
        CIM_KAFKA_PROBE_INTERVAL: "200ms",
      },
    });
    publish(cim, 0, 100);
    await until("spooled", () => routeMetric(cim, "spooled") === 100);
    await until("both say so", () => {
      return /does not answer/.test(reason(cim, "kafka")) &&
        /does not answer/.test(reason(cim, "events"));
    }, { withinMs: 10_000 });
    proxy.mend();
    publish(cim, 100, 1);
    await until("delivered", () => routeMetric(cim, "delivered_total") === 101);
    // Silent again, while records are in flight.
    proxy.swallow();
    publish(cim, 101, 100);
    await until("it says so", () => /does not answer/.test(reason(cim, "events")));
    proxy.mend();
    await until("delivered", () => routeMetric(cim, "delivered_total") === 201);
    assert.deepEqual(await numbers(direct, 201), Array.from({ length: 201 }, (_, at) => at));
    assert.equal(await countRecords(direct, "EVENT"), 201);
    assert.equal(routeMetric(cim, "unaccounted"), 0);
  },
});

Deno.test({
  name:
    "C2-12: one event above the limit of the topic becomes a dead letter, and those sent with it arrive",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "EVENT", { configs: { "max.message.bytes": "5000" } });
    using temp = tempDir();
    {
      await using cim = await product({
        env: { ...quiet, CIM_KAFKA_BROKERS: broker },
        folder: temp.path,
      });
      publish(cim, 0, 20);
      publish(cim, 20, 1, "y".repeat(20_000));
      publish(cim, 21, 20);
      await until("settled", () => {
        return routeMetric(cim, "delivered_total") + routeMetric(cim, "rejected_total") === 41;
      });
      assert.deepEqual(
        await numbers(broker, 40),
        Array.from({ length: 41 }, (_, at) => at).filter((number) => number !== 20),
      );
      assert.equal(routeMetric(cim, "unaccounted"), 0);
    }
    const letters = (await Deno.readTextFile(temp.join("data", "dead_letters.jsonl"))).trim()
      .split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(letters.map(({ route, reason }) => [route, reason]), [
      ["events", "record_too_large"],
    ]);
    // The key stands before the document.
    const text = new TextDecoder().decode(Uint8Array.fromBase64(letters[0].record));
    assert.equal(JSON.parse(text.slice(text.indexOf("{"))).eventTime, 20);
  },
});

Deno.test({
  name:
    "C2-13: events of a missing topic wait with an alarm, other topics flow, and they arrive once it exists",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "LOGS");
    await using cim = await product({
      env: { ...quiet, CIM_KAFKA_BROKERS: broker },
      mounted: JSON.stringify({ cimConfig: { lmaas: { logging_mode: "KAFKA" } } }),
    });
    publish(cim, 0, 10);
    await until("the alarm", () => /unknown_topic_or_partition/.test(reason(cim, "events")));
    const payload = "a line";
    cim.nats.publish("LOG", buildLogMessage({ containerId: "c1", containerName: "amf", payload }));
    await until("the line", () => routeMetric(cim, "delivered_total", "logs_kafka") === 1);
    assert.deepEqual(
      [routeMetric(cim, "spooled"), routeMetric(cim, "delivered_total")],
      [10, 0],
    );
    await createTopic(broker, "EVENT");
    await until("delivered", () => routeMetric(cim, "delivered_total") === 10);
    assert.deepEqual(await numbers(broker, 10), Array.from({ length: 10 }, (_, at) => at));
  },
});

Deno.test({
  name:
    "C2-42: changes of the configuration take effect in time while Kafka is down, and what waits is sent afterwards",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    await createTopic(broker, "LOGS");
    using temp = tempDir();
    await using cim = await product({
      env: { ...quiet, CIM_KAFKA_BROKERS: broker },
      ...await kafkaLogSettings(temp),
    });
    const log = (first: number, count: number) => {
      for (let number = first; number < first + count; number++) {
        const message = { containerId: "c1", containerName: "amf", payload: `${number}` };
        cim.nats.publish("LOG", buildLogMessage(message));
      }
    };
    const kafka = (name: string) => routeMetric(cim, name, "logs_kafka");
    /** Changes the logging mode and waits for the commit. */
    const setMode = async (revision: number, mode: string) => {
      const value = [{ op: "replace", path: "/cimConfig/lmaas/logging_mode", value: mode }];
      await cim.put(`change-set/ns1/amf/v1/ms/cim.json/${revision}`, JSON.stringify(value));
      await until("the commit", async () => {
        return await cim.get("commit-config/ns1/amf/v1/ms/amf-0") === `${revision}`;
      }, { withinMs: 5_000 });
    };
    log(0, 10);
    await until("delivered", () => kafka("delivered_total") === 10);
    await server.kill();
    log(10, 100);
    await until("spooled", () => kafka("spooled") === 100);
    await until("the outage is known", () => reason(cim, "logs") !== "");
    await setMode(2, "FILE");
    log(110, 10);
    await until("in the file", () => routeMetric(cim, "accepted_total", "logs_file") === 10);
    await setMode(3, "KAFKA");
    log(120, 10);
    await until("spooled", () => kafka("spooled") === 110);
    await server.restart();
    await until("delivered", () => kafka("delivered_total") === 120);
    const read = await readTopic(broker, "LOGS", 120);
    assert.deepEqual(
      read.map(({ value }) => Number(JSON.parse(value).log)),
      Array.from({ length: 130 }, (_, at) => at).filter((number) => number < 110 || number >= 120),
    );
    assert.deepEqual([kafka("spooled"), kafka("unaccounted")], [0, 0]);
    assert.equal(routeMetric(cim, "unaccounted", "logs_file"), 0);
  },
});
