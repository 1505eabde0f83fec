import assert from "node:assert/strict";
import { hasCode } from "../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { bytes, deafClient, startedServer, until } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

Deno.test("listen() binds loopback and reports the port that it selected when port is 0", async () => {
  await using server = await startedServer();
  assert.ok(server.port > 0);
  await using client = await RawClient.open(server.port);
  await client.until(() => client.received.includes("\r\n"));
  const info = JSON.parse(client.received.slice(5));
  assert.equal(info.host, "127.0.0.1");
  assert.equal(info.port, server.port);
});

Deno.test("listen() rejects with the port and the remedy when the port is in use", async () => {
  await using one = await startedServer();
  const other = new NatsServer({ port: one.port });
  await assert.rejects(
    other.listen(),
    (error: Error) =>
      hasCode(error, "address_in_use") && error.message.includes(`127.0.0.1:${one.port}`) &&
      error.message.includes("nats.port"),
  );
});

Deno.test("listen() rejects a second time and after close()", async () => {
  const server = await startedServer();
  await assert.rejects(server.listen(), TypeError);
  await server.close();
  await server.close();
  await assert.rejects(server.listen(), TypeError);
});

Deno.test("D-89 an address other than loopback is refused when everyone could connect", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.org"]) {
    assert.throws(() => new NatsServer({ host }), /allow_insecure_bind/, host);
  }
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) new NatsServer({ host });
  new NatsServer({ host: "0.0.0.0", allowInsecureBind: true });
});

Deno.test("NatsServer() throws when an option is out of range", () => {
  assert.throws(() => new NatsServer({ port: -1 }), RangeError);
  assert.throws(() => new NatsServer({ port: 65_536 }), RangeError);
  assert.throws(() => new NatsServer({ limits: { maxPayloadBytes: 0 } }), RangeError);
  assert.throws(() => new NatsServer({ limits: { maxPingsOut: 1.5 } }), RangeError);
});

Deno.test("INFO suits old clients: flat, alone in its packet, with max_payload, without blanks after colons", async () => {
  await using server = await startedServer();
  await using client = await RawClient.open(server.port);
  await client.until(() => client.received.endsWith("\r\n"));
  const info = client.received;
  assert.match(info, /^INFO \{[^{}]*\} ?\r\n$/);
  assert.match(info, /"max_payload":1048576/);
  assert.match(info, /"proto":1/);
  assert.ok(info.length < 1024);
  for (const key of ["server_id", "version", "go", "host", "port", "client_id"]) {
    assert.match(info, new RegExp(`"${key}":`), key);
  }
});

Deno.test("the server sends nothing between INFO and CONNECT within the ping interval", async () => {
  const clock = manualClock();
  await using server = await startedServer({ clock, limits: { pingIntervalMs: 5_000 } });
  await using client = await RawClient.open(server.port);
  await client.until(() => client.received.endsWith("\r\n"));
  const info = client.received;
  await clock.advance(4_500);
  await client.send("CONNECT {}\r\n");
  await client.until(() => client.received.endsWith("+OK\r\n"));
  assert.equal(client.received, `${info}+OK\r\n`);
});

Deno.test("a client is pinged soon after CONNECT, then each interval while idle, then disconnected as stale", async () => {
  const clock = manualClock();
  await using server = await startedServer({
    clock,
    random: () => 0,
    limits: { pingIntervalMs: 4_000 },
  });
  await using client = await RawClient.connect(server.port);
  await clock.advance(2_500);
  await client.until(() => client.received === "PING\r\n");
  await client.send("PONG\r\n");
  await client.settle();
  client.take();
  for (let unanswered = 1; unanswered <= 2; unanswered++) {
    // The first interval does not count, because the client was active at its beginning.
    await clock.advance(unanswered === 1 ? 8_100 : 4_100);
    await client.until(() => client.received === "PING\r\n".repeat(unanswered));
  }
  await clock.advance(4_100);
  await client.closed();
  assert.match(client.received, /-ERR 'Stale Connection'\r\n$/);
  assert.equal(server.stats.closed.stale_connection, 1);
});

Deno.test("an active client is not pinged", async () => {
  const clock = manualClock();
  await using server = await startedServer({
    clock,
    random: () => 0,
    limits: { pingIntervalMs: 4_000 },
  });
  await using client = await RawClient.connect(server.port);
  await clock.advance(2_500);
  await client.until(() => client.received === "PING\r\n");
  await client.send("PONG\r\n");
  await client.settle();
  client.take();
  for (let i = 0; i < 10; i++) {
    await clock.advance(2_000);
    await client.send("PUB a 0\r\n\r\n");
    await client.settle();
  }
  assert.equal(client.take(), "");
});

Deno.test("a connection beyond max_connections gets an -ERR and is closed", async () => {
  await using server = await startedServer({ limits: { maxConnections: 1 } });
  await using _one = await RawClient.connect(server.port);
  await using two = await RawClient.open(server.port);
  await two.closed();
  assert.match(two.received, /-ERR 'maximum connections exceeded'\r\n$/);
  assert.equal(server.stats.connections, 1);
  assert.equal(server.stats.closed.max_connections, 1);
});

Deno.test("D-49 a client that does not read is disconnected at its pending limit, logged and counted", async () => {
  const logs = recordingLogs();
  await using server = await startedServer({
    log: logs.registry.logger("nats_server"),
    limits: { maxPendingBytes: 1_000_000 },
  });
  const deaf = await deafClient(
    server.port,
    'CONNECT {"verbose":false,"name":"deaf"}\r\nSUB a 1\r\n',
  );
  await until(() => server.hasSubscribers("a"));
  const payload = new Uint8Array(100_000);
  for (let i = 0; i < 1_000 && server.hasSubscribers("a"); i++) {
    server.publish("a", payload);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.equal(server.stats.closed.slow_consumer_pending, 1);
  assert.equal(server.stats.slowConsumers, 1);
  assert.ok(server.stats.discardedBytes > 500_000);
  assert.equal([...server.families()].find(({ name }) => name === "a")?.dropped, 1);
  assert.deepEqual(logs.messages("warn"), ["Slow consumer disconnected"]);
  deaf.close();
});

Deno.test("a client whose writes make no progress is disconnected at the write deadline", async () => {
  const clock = manualClock();
  await using server = await startedServer({ clock });
  const deaf = await deafClient(server.port, 'CONNECT {"verbose":false}\r\nSUB a 1\r\n');
  await until(() => server.hasSubscribers("a"));
  for (let i = 0; i < 40; i++) server.publish("a", new Uint8Array(1_000_000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await clock.advance(1_500);
  assert.equal(server.stats.slowConsumers, 0);
  await clock.advance(1_500);
  assert.equal(server.stats.closed.slow_consumer_deadline, 1);
  deaf.close();
});

Deno.test("a publisher waits for a slow client and is not disconnected, and other clients continue", async () => {
  await using server = await startedServer({
    limits: { maxPendingBytes: 100_000_000, stallBytes: 65_536 },
  });
  const deaf = await deafClient(server.port, 'CONNECT {"verbose":false}\r\nSUB a 1\r\n');
  await until(() => server.hasSubscribers("a"));
  await using publisher = await RawClient.connect(server.port);
  await publisher.send(bytes(`PUB a 8192\r\n${"x".repeat(8192)}\r\n`.repeat(2_000)));
  await publisher.settle();
  assert.ok(server.stats.stalls > 0);
  assert.equal(server.stats.inMessages, 2_000);
  deaf.close();
});

Deno.test("close() before listen(), called twice, and with clients, leaves nothing open", async () => {
  await new NatsServer().close();
  const server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await Promise.all([server.close(), server.close()]);
  await client.closed();
  assert.equal(server.stats.connections, 0);
});

Deno.test("two servers in one process share no state", async () => {
  await using one = await startedServer();
  await using other = await startedServer();
  await using client = await RawClient.connect(one.port);
  await client.send("SUB a 1\r\n");
  await client.settle();
  assert.ok(one.hasSubscribers("a"));
  assert.ok(!other.hasSubscribers("a"));
  assert.equal(other.stats.totalConnections, 0);
});

Deno.test("a subscription with more tokens than max_sub_tokens gets an -ERR, and the client stays", async () => {
  await using server = await startedServer({ limits: { maxSubTokens: 3 } });
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a.b.c 1\r\nSUB a.b.c.> 2\r\n");
  await client.settle();
  assert.equal(
    client.take(),
    `-ERR 'Permissions Violation for Subscription to "a.b.c.>", too many tokens'\r\n`,
  );
  assert.equal(server.stats.subscriptions, 1);
  assert.equal(server.stats.violations.max_sub_tokens, 1);
});

for (
  const [clientAdvertise, host, port] of [
    ["nats.example.org", "nats.example.org", undefined],
    ["nats.example.org:4333", "nats.example.org", 4333],
    ["[::1]:4333", "::1", 4333],
  ] as const
) {
  Deno.test(`INFO shows the advertised address ${clientAdvertise}`, async () => {
    await using server = await startedServer({ clientAdvertise });
    await using client = await RawClient.open(server.port);
    await client.until(() => client.received.endsWith("\r\n"));
    const info = JSON.parse(client.received.slice(5));
    assert.deepEqual([info.host, info.port], [host, port ?? server.port]);
  });
}

Deno.test("NatsServer() throws when the advertised address is invalid", () => {
  for (const clientAdvertise of ["", "a b", "host:port", "host:0", "host:70000"]) {
    assert.throws(() => new NatsServer({ clientAdvertise }), TypeError, clientAdvertise);
  }
});
