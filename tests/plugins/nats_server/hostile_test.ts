/**
 * Hostile and broken clients: memory stays bounded, other clients are served, each case is counted.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bytes, startedServer, until } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

Deno.test("D-1 binary garbage closes only its own connection, and is counted", async () => {
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

Deno.test("a client that disconnects within a message affects nothing else", async () => {
  await using server = await startedServer();
  let received = 0;
  using _ = server.subscribe("a", { onMessage: () => void received++ });
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await conn.write(bytes("PUB a 1\r\nx\r\nPUB a 100\r\nhalf"));
  conn.close();
  await until(() => server.stats.totalConnections === 1 && server.stats.connections === 0);
  assert.equal(received, 1);
});

Deno.test("-ERR from a client closes its connection without an answer", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("-ERR 'no'\r\n");
  await client.closed();
  assert.equal(client.received, "");
  assert.equal(server.stats.closed.parse_error, 1);
});
