/**
 * One client cannot take the server's memory or its time from the others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { bytes, deafClient, startedServer, until } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

Deno.test("a publisher with many receivers leaves turns to other clients", async () => {
  await using server = await startedServer();
  // Without echo its own subscriptions match, but nothing is sent to it.
  await using flooder = await RawClient.connect(server.port, { echo: false });
  await using other = await RawClient.connect(server.port);
  let subscriptions = "";
  for (let i = 0; i < 40_000; i++) subscriptions += `SUB a ${i}\r\n`;
  await flooder.send(subscriptions);
  await flooder.settle();
  await flooder.send("PUB a 0\r\n\r\n".repeat(5_000));
  await until(() => server.stats.inMessages > 0);
  await other.settle();
  // Without turns the other client waits until all 5,000 messages are routed.
  assert.ok(server.stats.inMessages < 5_000, `${server.stats.inMessages} messages came first`);
});

Deno.test("a client that subscribes and publishes in turn leaves turns to other clients", async () => {
  await using server = await startedServer();
  await using flooder = await RawClient.connect(server.port, { echo: false });
  await using other = await RawClient.connect(server.port);
  const count = 30_000;
  let subscriptions = "";
  for (let i = 0; i < count; i++) subscriptions += `SUB a q${i} ${i}\r\n`;
  await flooder.send(subscriptions);
  await flooder.settle();
  await flooder.send("SUB b x\r\nPUB a 0\r\n\r\nUNSUB x\r\n".repeat(1_000));
  await until(() => server.stats.inMessages > 0);
  await other.settle();
  assert.ok(server.stats.inMessages < 1_000, `${server.stats.inMessages} messages came first`);
});

Deno.test("the total of pending bytes is bounded: the client with the most is disconnected", async () => {
  const logs = recordingLogs();
  await using server = await startedServer({
    log: logs.registry.logger("nats_server"),
    limits: {
      maxPendingBytes: 64 << 20,
      maxTotalPendingBytes: 16 << 20,
      stallMs: 0,
      writeDeadlineMs: 60_000,
    },
  });
  const large = await deafClient(
    server.port,
    'CONNECT {"verbose":false}\r\nSUB a 1\r\nSUB a 2\r\n',
  );
  const small = await deafClient(server.port, 'CONNECT {"verbose":false}\r\nSUB a 1\r\n');
  await until(() => server.stats.subscriptions === 3);
  const payload = bytes("x".repeat(64 << 10));
  let most = 0;
  for (let i = 0; i < 200; i++) {
    server.publish("a", payload);
    most = Math.max(most, server.stats.pendingBytes);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (server.stats.closed.slow_consumer_total > 0) break;
  }
  assert.equal(server.stats.closed.slow_consumer_total, 1);
  assert.equal(server.stats.slowConsumers, 1);
  assert.equal(server.stats.subscriptions, 1, "the smaller client stays");
  assert.ok(most <= 17 << 20, `${most} bytes were pending`);
  assert.ok(server.stats.pendingBytes < 16 << 20);
  assert.deepEqual(logs.messages("warn"), ["Slow consumer disconnected"]);
  large.close();
  small.close();
});

Deno.test("pending bytes are 0 again when all is written, and when clients have gone", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a 1\r\n");
  await client.settle();
  for (let i = 0; i < 100; i++) server.publish("a", bytes("x".repeat(10_000)));
  await until(() => client.received.length > 1_000_000);
  assert.equal(server.stats.pendingBytes, 0);
  const deaf = await deafClient(server.port, 'CONNECT {"verbose":false}\r\nSUB b 1\r\n');
  await until(() => server.hasSubscribers("b"));
  for (let i = 0; i < 1_000; i++) server.publish("b", bytes("x".repeat(10_000)));
  assert.ok(server.stats.pendingBytes > 0);
  deaf.close();
  await until(() => server.stats.connections === 1);
  assert.equal(server.stats.pendingBytes, 0);
});
