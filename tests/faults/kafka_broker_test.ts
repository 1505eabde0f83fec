import assert from "node:assert/strict";
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from "npm:@platformatic/kafka@2.12.1";
import { Books } from "../../core/books/mod.ts";
import { createRoute, withRetry } from "../../core/forward/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import {
  block,
  connect,
  countRecords,
  createTopic,
  never,
  newTopic,
  readTopic,
} from "../integration/_kafka.ts";
import { freePorts, requirePrivate, startPrivate } from "../integration/_servers.ts";
import { cuttableProxy } from "./_cuttable_proxy.ts";

const { ignore } = requirePrivate("kafka");
const blockRecords = 50;

/** A route with numbered values, and how many were written. */
function numberedRoute(client: ReturnType<typeof connect>, topic: string) {
  const sender = client.sender(topic, { onRejected: ({ reason }) => assert.fail(reason) });
  const route = createRoute("tested", withRetry(sender, { min: 20, max: 300 }), new Books(), {
    count: ({ records }: ReturnType<typeof block>) => records,
  });
  let next = 0;
  return {
    book: route.book,
    get sent() {
      return next;
    },
    async sendBlock(): Promise<void> {
      const values = Array.from({ length: blockRecords }, () => `${next++}`);
      assert.deepEqual(await route.send(block(...values), never), { status: "delivered" });
    },
  };
}

/** All numbers are there once and in order. */
async function assertComplete(broker: string, topic: string, count: number): Promise<void> {
  assert.equal(await countRecords(broker, topic), count, "records in the topic");
  const read = await readTopic(broker, topic, count);
  assert.deepEqual(read.map(({ value }) => Number(value)), Array.from(read, (_, index) => index));
}

Deno.test({
  name:
    "C2-7: KafkaClient loses and repeats nothing and keeps the order of each key over a clean restart",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    const topic = newTopic();
    await createTopic(broker, topic, { partitions: 4 });
    await using client = connect(broker);
    const sender = client.sender(topic, {
      format: "keyed",
      onRejected: ({ reason }) => assert.fail(reason),
    });
    const patient = withRetry(sender, { min: 20, max: 300 });
    const bytes = (text: string) => new TextEncoder().encode(text);
    const keys = Array.from({ length: 8 }, (_, key) => `key-${key}`);
    let sent = 0;
    const sendBlocks = async (blocks: number) => {
      for (let count = 0; count < blocks; count++, sent++) {
        const records = keys.map((key) => ({ key: bytes(key), value: bytes(`${sent}`) }));
        assert.deepEqual(await patient.send(keyedBlock(records), never), { status: "delivered" });
      }
    };
    await sendBlocks(20);
    const sending = sendBlocks(200);
    await server.stop();
    await server.restart();
    await sending;
    const total = sent * keys.length;
    assert.equal(await countRecords(broker, topic), total);
    const read = await readTopic(broker, topic, total);
    for (const key of keys) {
      const values = read.filter((record) => record.key === key).map(({ value }) => Number(value));
      assert.deepEqual(values, Array.from({ length: sent }, (_, index) => index));
    }
  },
});

Deno.test({
  name:
    "C2-8: KafkaClient loses, repeats and reorders nothing when the broker is killed and restarted five times under load",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    const topic = newTopic();
    await createTopic(broker, topic);
    await using client = connect(broker);
    const route = numberedRoute(client, topic);
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < 20; count++) await route.sendBlock();
      const sending = (async () => {
        for (let count = 0; count < 100; count++) await route.sendBlock();
      })();
      await server.kill();
      await server.restart();
      await sending;
    }
    await assertComplete(broker, topic, route.sent);
    assert.deepEqual([route.book.delivered, route.book.unaccounted], [route.sent, 0]);
  },
});

Deno.test({
  name:
    "C2-11: KafkaClient gives up a request to a frozen broker in time, and delivers once it runs again",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    const topic = newTopic();
    await createTopic(broker, topic);
    await using client = connect(broker, { requestTimeoutMs: 1_000, dialTimeoutMs: 500 });
    const sender = client.sender(topic, { onRejected: ({ reason }) => assert.fail(reason) });
    const patient = withRetry(sender, { min: 20, max: 300 });
    await patient.send(block("0"), never);
    server.freeze();
    const frozen = block("1");
    const startMs = performance.now();
    const outcome = await sender.send(frozen, never);
    assert.deepEqual([outcome.status, "reason" in outcome && outcome.reason], [
      "retry",
      "kafka_unreachable",
    ]);
    assert(performance.now() - startMs < 5_000, "the request timeout must end it");
    server.thaw();
    assert.deepEqual(await patient.send(frozen, never), { status: "delivered" });
    await assertComplete(broker, topic, 2);
  },
});

Deno.test({
  name:
    "KafkaClient loses, repeats and reorders nothing when its connections are cut again and again",
  ignore,
  async fn() {
    const port = freePorts();
    const direct = `127.0.0.2:${port + 1}`;
    await using proxy = cuttableProxy(port);
    const listeners = `CLIENT://127.0.0.1:${proxy.port},INTERNAL://${direct}`;
    await using _server = await startPrivate("kafka", {
      port,
      args: [`advertised.listeners=${listeners}`],
    });
    const topic = newTopic();
    await createTopic(direct, topic);
    await using client = connect(`127.0.0.1:${proxy.port}`);
    const route = numberedRoute(client, topic);
    await route.sendBlock();
    for (let round = 0; round < 10; round++) {
      const sending = (async () => {
        for (let count = 0; count < 30; count++) await route.sendBlock();
      })();
      // At another moment of the load each time.
      for (let turn = 0; turn < round * 7; turn++) {
        await new Promise((resolve) => setTimeout(resolve));
      }
      proxy.cut();
      proxy.mend();
      await sending;
    }
    await assertComplete(direct, topic, route.sent);
    assert.equal(route.book.unaccounted, 0);
  },
});

Deno.test({
  name:
    "C2-13: KafkaClient keeps records of a topic that the user may not write, says so, and writes other topics",
  ignore,
  async fn() {
    const port = freePorts();
    const direct = `127.0.0.2:${port + 1}`;
    await using server = await startPrivate("kafka", {
      port,
      args: [
        "sasl=app:secret",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:ANONYMOUS",
      ],
    });
    const [allowed, denied] = [newTopic(), newTopic()];
    for (const topic of [allowed, denied]) await createTopic(direct, topic);
    await allow(direct, allowed);
    await using client = connect(`127.0.0.1:${server.port}`, {
      createTopics: false,
      security: () =>
        Promise.resolve({ sasl: { mechanism: "PLAIN", user: "app", password: "secret" } }),
    });
    const onRejected = ({ reason }: { reason: string }) => assert.fail(reason);
    const blocked = client.sender(denied, { onRejected });
    const waiting = block("a", "b");
    const outcome = await blocked.send(waiting, never);
    assert.equal(outcome.status, "retry");
    assert.match(
      "cause" in outcome ? String(outcome.cause) : "",
      /topic_authorization_failed .*grant the user of this agent access/,
    );
    const other = withRetry(client.sender(allowed, { onRejected }), { min: 20, max: 300 });
    assert.deepEqual(await other.send(block("c"), never), { status: "delivered" });
    await allow(direct, denied);
    const patient = withRetry(blocked, { min: 20, max: 300 });
    assert.deepEqual(await patient.send(waiting, never), { status: "delivered" });
    await assertRead(direct, { [allowed]: ["c"], [denied]: ["a", "b"] });
  },
});

/** Lets user `app` describe and write a topic. */
async function allow(broker: string, topic: string): Promise<void> {
  const admin = new Admin({ clientId: "test-admin", bootstrapBrokers: [broker] });
  try {
    const acl = {
      resourceType: ResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: "User:app",
      host: "*",
      permissionType: AclPermissionTypes.ALLOW,
    };
    await admin.createAcls({
      creations: [
        { ...acl, operation: AclOperations.DESCRIBE },
        { ...acl, operation: AclOperations.WRITE },
      ],
    });
  } finally {
    await admin.close();
  }
}

/** Each topic has exactly these values. */
async function assertRead(broker: string, wanted: Record<string, string[]>): Promise<void> {
  for (const [topic, values] of Object.entries(wanted)) {
    const read = await readTopic(broker, topic, values.length);
    assert.deepEqual(read.map(({ value }) => value), values);
  }
}
