/* Events on their way to the application, with a real broker. */
import assert from "node:assert/strict";
import { withRetry } from "../../core/forward/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import { RawClient } from "../_support/raw_client.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { type Product, product } from "../cim/_product.ts";
import { connect, createTopic, never, newTopic } from "../integration/_kafka.ts";
import { requireServer } from "../integration/_servers.ts";

const { ignore, url: broker } = requireServer("kafka");
const encoder = new TextEncoder();

/** The agent, subscribed to events `Up` of a topic. */
async function subscribed(
  topic: string,
  folder: string,
  env: Record<string, string> = {},
): Promise<Product> {
  const cim = await product({
    folder,
    env: {
      CIM_KAFKA_BROKERS: broker,
      CIM_SUBSCRIPTIONS_TOPIC: topic,
      CIM_SUBSCRIPTIONS_GROUP: `group-${topic}`,
      CIM_SUBSCRIPTIONS_SESSION_TIMEOUT: "6s",
      ...env,
    },
  });
  const response = await fetch(`${cim.url}/api/v1/_operations/event/subscriptions`, {
    method: "POST",
    body: JSON.stringify({ localEventName: ["Up"] }),
  });
  await response.body?.cancel();
  await until("joined", () => cim.agent.status.plugin("subscriptions")?.reason === "reads events");
  return cim;
}

/** Writes values, each with its number as the key, so that they spread over the partitions. */
async function write(topic: string, ...values: string[]): Promise<void> {
  await using client = connect(broker);
  const sender = client.sender(topic, { format: "keyed", onRejected: () => assert.fail() });
  const records = values.map((value) => ({
    key: encoder.encode(value),
    value: encoder.encode(value),
    headers: [["localEventName", encoder.encode("Up")]] as const,
  }));
  const outcome = await withRetry(sender, { min: 20, max: 200 }).send(keyedBlock(records), never);
  assert.deepEqual(outcome, { status: "delivered" });
}

/** A client of the application that answers PING only when the test says so. */
async function application({ nats }: Product): Promise<RawClient> {
  const client = await RawClient.open(nats.port);
  await client.until("\r\n");
  await client.send('CONNECT {"verbose":false}\r\nSUB EVENT-NOTIFICATION 1\r\nPING\r\n');
  await client.until("PONG\r\n");
  return client;
}

Deno.test({
  name:
    "C2-44: a rebalance while an event is on its way to the application skips no event, and commits it only afterwards",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic, { partitions: 2 });
    using temp = tempDir();
    await using cim = await subscribed(topic, temp.path);
    using app = await application(cim);
    const values = Array.from({ length: 40 }, (_, at) => `event-${at}.`);
    await write(topic, ...values);
    await app.until("MSG EVENT-NOTIFICATION");
    // The application has not answered. A second member joins and gets one of the partitions.
    await using client = connect(broker);
    const seen: string[] = [];
    const assigned = Promise.withResolvers<void>();
    await using second = client.consume({
      topics: [topic],
      group: `group-${topic}`,
      start: "earliest",
      maxWaitMs: 100,
      sessionTimeoutMs: 6_000,
      onAssigned: (assignments) => {
        if (assignments.some(({ partitions }) => partitions.length > 0)) assigned.resolve();
      },
    });
    const reading = (async () => {
      for await (const record of second) seen.push(new TextDecoder().decode(record.value));
    })();
    await assigned.promise;
    await until("records of the other partition", () => seen.length > 0);
    // Now the application goes on: it answers every PING.
    let received = "";
    const everything = () =>
      values.every((value) => received.includes(value) || seen.includes(value));
    while (!everything()) {
      received += await app.receive("PING\r\n");
      await app.send("PONG\r\n");
    }
    await second.close();
    await reading;
    // None of the second member's records was committed, so the first one gets the partition with all of them.
    while (!values.every((value) => received.includes(value))) {
      received += await app.receive("PING\r\n");
      await app.send("PONG\r\n");
    }
  },
});

Deno.test({
  name:
    "C2-45: an event that makes the application disconnect each time becomes a dead letter, and the next one arrives",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic);
    using temp = tempDir();
    {
      await using cim = await subscribed(topic, temp.path, {
        CIM_SUBSCRIPTIONS_MAX_ATTEMPTS: "3",
      });
      await write(topic, "poison", "good");
      let crashes = 0;
      while (true) {
        using app = await application(cim);
        await app.until("PING\r\n");
        if (!app.received.includes("poison")) {
          assert(app.received.includes("good"), app.received);
          await app.send("PONG\r\n");
          break;
        }
        crashes++;
      }
      assert.equal(crashes, 3);
      await until("delivered", () => {
        const family = cim.agent.metrics.families()
          .find(({ name }) => name === "cim_route_delivered_total")!;
        return [...family.collect() as Iterable<{ labels: { route: string }; value: number }>]
          .some(({ labels, value }) => labels.route === "notifications" && value === 1);
      });
    }
    const letters = (await Deno.readTextFile(temp.join("data", "dead_letters.jsonl"))).trim()
      .split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      letters.map(({ route, reason, record }) => [route, reason, atob(record)]),
      [["notifications", "not_confirmed", "poison"]],
    );
    // Over a restart, neither comes again.
    await using cim = await subscribed(topic, temp.path);
    using app = await application(cim);
    await write(topic, "fresh");
    await app.until("PING\r\n");
    assert.match(app.received, /fresh/);
    assert.doesNotMatch(app.received, /poison|good/);
    await app.send("PONG\r\n");
  },
});
