import assert from "node:assert/strict";
import { Admin } from "npm:@platformatic/kafka@2.12.1";
import { withRetry } from "../../core/forward/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import { connectNats } from "../../plugins/nats/mod.ts";
import { NatsServer } from "../../plugins/nats_server/mod.ts";
import { until } from "../_support/until.ts";
import { type Product, product } from "../cim/_product.ts";
import { connect, createTopic, never, newTopic } from "./_kafka.ts";
import { requirePrivate, requireServer, startPrivate } from "./_servers.ts";

const { ignore, url: broker } = requireServer("kafka");
const { ignore: ignorePrivate } = requirePrivate("kafka");

const path = "/api/v1/_operations/event/subscriptions";
const encoder = new TextEncoder();
const text = (data: Uint8Array) => new TextDecoder().decode(data);

function settings(topic: string, address = broker): Record<string, string> {
  return {
    CIM_KAFKA_BROKERS: address,
    CIM_SUBSCRIPTIONS_TOPIC: topic,
    CIM_SUBSCRIPTIONS_GROUP: `group-${topic}`,
  };
}

async function subscribe({ url }: Product, ...localEventName: string[]): Promise<string> {
  const response = await fetch(url + path, {
    method: "POST",
    body: JSON.stringify({ localEventName }),
  });
  return (await response.json()).subscriptionId;
}

async function joined({ agent }: Product): Promise<void> {
  await until("the consumer has joined", () => {
    return agent.status.plugin("subscriptions")?.reason === "reads events";
  });
}

/** Writes values with the header `localEventName`. */
async function write(
  topic: string,
  values: readonly string[],
  { name = "Up", address = broker }: { name?: string; address?: string } = {},
): Promise<void> {
  await using client = connect(address);
  const sender = client.sender(topic, { format: "keyed", onRejected: () => assert.fail() });
  const records = values.map((value) => ({
    value: encoder.encode(value),
    headers: [["localEventName", encoder.encode(name)]] as const,
  }));
  const outcome = await withRetry(sender, { min: 20, max: 200 }).send(keyedBlock(records), never);
  assert.deepEqual(outcome, { status: "delivered" });
}

/** A client of the application that collects what it gets. */
async function application(port: number) {
  const client = await connectNats(`nats://127.0.0.1:${port}`);
  const received: string[] = [];
  client.subscribe("EVENT-NOTIFICATION", ({ data }) => void received.push(text(data)));
  await client.flush();
  return {
    received,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** Members and committed position of the group of a topic. */
async function groupState(topic: string, address = broker) {
  const admin = new Admin({ clientId: "test-admin", bootstrapBrokers: [address] });
  try {
    const group = `group-${topic}`;
    const described = (await admin.describeGroups({ groups: [group] })).get(group);
    const [offsets] = await admin.listConsumerGroupOffsets({ groups: [group] });
    const partition = offsets?.topics[0]?.partitions[0];
    return {
      members: described?.members.size ?? 0,
      committed: partition === undefined ? -1 : Number(partition.committedOffset),
    };
  } finally {
    await admin.close();
  }
}

Deno.test({
  name: "subscriptions() brings the values of matching records unchanged, in order, each once",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    await using cim = await product({ env: settings(topic) });
    await using app = await application(cim.nats.port);
    await subscribe(cim, "Up");
    await subscribe(cim, "Up", "Down");
    await joined(cim);
    const values = Array.from({ length: 50 }, (_, index) => `{"n":${index}, "ü": "\\u0000"}`);
    await write(topic, values);
    await write(topic, ["not wanted"], { name: "Other" });
    await write(topic, ["last"], { name: "Down" });
    await until("all of them", () => app.received.length === 51);
    assert.deepEqual(app.received, [...values, "last"]);
    await until("committed", async () => (await groupState(topic)).committed === 52);
  },
});

Deno.test({
  name: "D-79: subscriptions() delivers an event in less than two seconds",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    await using cim = await product({ env: settings(topic) });
    await using app = await application(cim.nats.port);
    await subscribe(cim, "Up");
    await joined(cim);
    await write(topic, ["first"]);
    await until("the first", () => app.received.length === 1);
    const startMs = performance.now();
    await write(topic, ["second"]);
    await until("the second", () => app.received.length === 2);
    assert(performance.now() - startMs < 2_000);
  },
});

Deno.test({
  name:
    "D-80: subscriptions() keeps an event in Kafka while no client is subscribed on NATS, also over a restart",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    const folder = await Deno.makeTempDir();
    try {
      {
        await using cim = await product({ env: settings(topic), folder });
        await subscribe(cim, "Up");
        await joined(cim);
        await write(topic, ["a", "b"]);
        await until("it waits", () => {
          return /no client is subscribed/.test(cim.agent.status.plugin("subscriptions")!.reason);
        });
        assert((await groupState(topic)).committed <= 0);
      }
      await using cim = await product({ env: settings(topic), folder });
      await using app = await application(cim.nats.port);
      await until("both", () => app.received.length === 2);
      assert.deepEqual(app.received, ["a", "b"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "D-81: subscriptions() leaves its consumer group when the last subscription goes and when the agent stops",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    {
      await using cim = await product({ env: settings(topic) });
      const id = await subscribe(cim, "Up");
      await joined(cim);
      assert.equal((await groupState(topic)).members, 1);
      await (await fetch(`${cim.url}${path}/${id}`, { method: "DELETE" })).body?.cancel();
      await until("it has left", async () => (await groupState(topic)).members === 0);
      await subscribe(cim, "Up");
      await joined(cim);
    }
    assert.equal((await groupState(topic)).members, 0);
  },
});

Deno.test({
  name:
    "D-78: subscriptions() delivers no empty message when the broker fails, and goes on afterwards",
  ignore: ignorePrivate,
  async fn() {
    await using server = await startPrivate("kafka");
    const address = `127.0.0.1:${server.port}`;
    const topic = newTopic();
    await createTopic(address, topic);
    await using cim = await product({ env: settings(topic, address) });
    await using app = await application(cim.nats.port);
    await subscribe(cim, "Up");
    await joined(cim);
    await write(topic, ["before"], { address });
    await until("before", () => app.received.length === 1);
    await until("committed", async () => (await groupState(topic, address)).committed === 1);
    await server.kill();
    await until("degraded", () => {
      return cim.agent.status.plugin("subscriptions")!.state === "degraded";
    });
    await server.restart();
    await write(topic, ["after"], { address });
    await until("after", () => app.received.includes("after"), { withinMs: 60_000 });
    assert.deepEqual(new Set(app.received), new Set(["before", "after"]));
  },
});

Deno.test({
  name: "subscriptions() works with an outside NATS server, and waits there for a subscriber, too",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    await using outside = new NatsServer({ port: 0 });
    await outside.listen();
    await using cim = await product({
      env: { ...settings(topic), CIM_NATS_URL: `nats://127.0.0.1:${outside.port}` },
    });
    await subscribe(cim, "Up");
    await joined(cim);
    await write(topic, ["a", "b"]);
    await until("it waits", () => {
      return /no client is subscribed/.test(cim.agent.status.plugin("subscriptions")!.reason);
    });
    await using app = await application(outside.port);
    await until("both", () => app.received.length === 2);
    assert.deepEqual(app.received, ["a", "b"]);
  },
});
