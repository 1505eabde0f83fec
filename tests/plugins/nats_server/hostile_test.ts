/**
 * Clients that mean harm or are broken: memory stays bounded, others are served, each case is counted.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bytes, startedServer, until } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

Deno.test("10,000 connects and disconnects leave no connection, no subscription and no timer", async () => {
  await using server = await startedServer();
  const first = bytes('CONNECT {"verbose":false}\r\nSUB a.* 1\r\nSUB > q 2\r\n');
  async function visit(times: number) {
    for (let i = 0; i < times; i++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await conn.write(first);
      conn.close();
    }
  }
  await Promise.all(Array.from({ length: 20 }, () => visit(500)));
  await until(() => server.stats.totalConnections === 10_000 && server.stats.connections === 0);
  assert.equal(server.stats.subscriptions, 0);
  assert.equal(server.hasSubscribers("a.b"), false);
});

Deno.test("a subscribe flood stops at the limit, and the client hears of it", async () => {
  await using server = await startedServer({ limits: { maxSubscriptions: 1_000 } });
  await using client = await RawClient.connect(server.port);
  const lines = Array.from({ length: 5_000 }, (_, i) => `SUB flood.${i} ${i}\r\n`);
  await client.send(lines.join(""));
  await client.settle();
  assert.equal(server.stats.subscriptions, 1_000);
  assert.equal(server.stats.violations.max_subscriptions, 4_000);
  assert.equal(client.take().split("-ERR 'maximum subscriptions exceeded'").length - 1, 4_000);
});

Deno.test("D-1 binary garbage ends its own connection only, and is counted", async () => {
  await using server = await startedServer();
  await using good = await RawClient.connect(server.port);
  await good.send("SUB a 1\r\n");
  for (let round = 0; round < 200; round++) {
    await using bad = await RawClient.open(server.port);
    const garbage = crypto.getRandomValues(new Uint8Array(512));
    garbage[0] = 0x80 | round;
    await bad.send(garbage);
    await bad.closed();
  }
  assert.equal(server.stats.closed.protocol_violation, 200);
  await good.send("PUB a 1\r\nx\r\n");
  await good.settle();
  assert.equal(good.take(), "MSG a 1 1\r\nx\r\n");
});

Deno.test("one byte at a time is understood", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  for (const character of "SUB a 1\r\nPUB a 5\r\nhello\r\n") await client.send(character);
  await client.settle();
  assert.equal(client.take(), "MSG a 1 5\r\nhello\r\n");
});

Deno.test("a CONNECT without end is refused at the control line limit", async () => {
  await using server = await startedServer();
  await using client = await RawClient.open(server.port);
  await client.send(`CONNECT {"name":"${"x".repeat(10_000)}`);
  await client.closed();
  assert.match(client.received, /-ERR 'maximum control line exceeded'\r\n$/);
  assert.equal(server.stats.closed.max_control_line, 1);
});

for (
  const [size, verdict] of [[1_048_575, "taken"], [1_048_576, "taken"], [
    1_048_577,
    "refused",
  ]] as const
) {
  Deno.test(`a payload of ${size} bytes is ${verdict} where 1 MiB is the limit`, async () => {
    await using server = await startedServer();
    let received = -1;
    using _ = server.subscribe("a", {
      onMessage: ({ start, end }) => void (received = end - start),
    });
    await using client = await RawClient.connect(server.port);
    await client.send(`PUB a ${size}\r\n`);
    if (verdict === "taken") {
      await client.send(new Uint8Array(size));
      await client.send("\r\n");
      await client.settle();
      assert.equal(received, size);
    } else {
      await client.closed();
      assert.match(client.received, /-ERR 'Maximum Payload Violation'\r\n$/);
      assert.equal(server.stats.closed.max_payload, 1);
    }
  });
}

Deno.test("a client that vanishes within a message takes nothing with it", async () => {
  await using server = await startedServer();
  let received = 0;
  using _ = server.subscribe("a", { onMessage: () => void received++ });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(bytes("PUB a 1\r\nx\r\nPUB a 100\r\nhalf"));
  conn.close();
  await until(() => server.stats.totalConnections === 1 && server.stats.connections === 0);
  assert.equal(received, 1);
});

Deno.test("-ERR from a client ends its connection without an answer", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("-ERR 'no'\r\n");
  await client.closed();
  assert.equal(client.received, "");
  assert.equal(server.stats.closed.parse_error, 1);
});
