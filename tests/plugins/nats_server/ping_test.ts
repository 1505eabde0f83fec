import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import { startedServer } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

/** A server whose first ping comes without jitter. */
async function start(pingIntervalMs: number) {
  const clock = manualClock();
  const server = await startedServer({ clock, random: () => 0, limits: { pingIntervalMs } });
  return { clock, server };
}

/** How many PINGs the client has received. */
function pings(client: RawClient): number {
  return client.received.split("PING\r\n").length - 1;
}

Deno.test("a client that publishes and answers no PING is not disconnected as stale", async () => {
  const { clock, server } = await start(1_000);
  await using _ = server;
  await using client = await RawClient.connect(server.port);
  for (let i = 1; i <= 60; i++) {
    await client.send("PUB a 1\r\nx\r\n");
    await client.settle();
    assert.equal(server.stats.inMessages, i, "the client is connected");
    await clock.advance(200);
  }
  assert.equal(pings(client), 1);
});

Deno.test("connz() has the round trip from CONNECT on, estimated by the time until CONNECT", async () => {
  const { clock, server } = await start(60_000);
  await using _ = server;
  await using client = await RawClient.open(server.port);
  await client.until(() => client.received.endsWith("\r\n"));
  await clock.advance(25);
  await client.send('CONNECT {"verbose":false}\r\n');
  await client.settle();
  const [connection] = server.monitor.connz().connections as { rtt: string }[];
  assert.equal(connection.rtt, "25ms");
});

Deno.test("pings come when they are due, whatever the interval", async () => {
  const { clock, server } = await start(100);
  await using _ = server;
  await using client = await RawClient.connect(server.port);
  await clock.advance(99);
  await client.settle();
  assert.equal(pings(client), 0);
  await clock.advance(2);
  await client.until(() => pings(client) === 1);
});

Deno.test("a client without credentials is disconnected when its time is over, not later", async () => {
  const { clock, server } = await start(60_000);
  await server.close();
  const { authenticator } = await import("../../../plugins/nats_server/mod.ts");
  await using guarded = await startedServer({
    clock,
    authenticator: authenticator({ token: "t" }),
    limits: { authTimeoutMs: 130 },
  });
  await using client = await RawClient.open(guarded.port);
  await client.until(() => client.received.endsWith("\r\n"));
  await clock.advance(129);
  assert.equal(guarded.stats.connections, 1);
  await clock.advance(1);
  await client.closed();
  assert.equal(guarded.stats.closed.authentication_timeout, 1);
});

Deno.test("connz() counts a delivered message as activity of the receiver", async () => {
  const { clock, server } = await start(3_600_000);
  await using _ = server;
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a 1\r\n");
  await client.settle();
  const idle = () => (server.monitor.connz().connections as { idle: string }[])[0].idle;
  await clock.advance(30_000);
  assert.equal(idle(), "30s");
  server.publish("a", new Uint8Array(1));
  assert.equal(idle(), "0s");
});
