import assert from "node:assert/strict";
import { connect } from "npm:nats@2.29.3";
import { authenticator, noAuthentication } from "../../../plugins/nats_server/mod.ts";
import { authority, clientPair, otherServerPair, serverPair } from "../../_support/certificates.ts";
import { startedServer } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

/** Connects with TLS; resolves to whether the server accepted the client. */
async function canConnect(port: number, tls: Record<string, string> = {}): Promise<boolean> {
  try {
    const client = await connect({
      servers: `localhost:${port}`,
      tls: { ca: authority, ...tls },
      reconnect: false,
      timeout: 3_000,
    });
    await client.flush();
    await client.close();
    return true;
  } catch {
    return false;
  }
}

/** The last INFO that a client has received, parsed. */
function lastInfo(client: RawClient): Record<string, unknown> {
  const lines = client.received.split("\r\n").filter((line) => line.startsWith("INFO "));
  return JSON.parse(lines.at(-1)!.slice(5));
}

Deno.test("reload() adds and removes clientCa: certificates are required only while it is set", async () => {
  await using server = await startedServer({ tls: serverPair });
  assert.ok(await canConnect(server.port));
  await server.reload({ tls: { ...serverPair, clientCa: authority } });
  assert.ok(await canConnect(server.port, { ...clientPair }));
  assert.ok(!await canConnect(server.port));
  await server.reload({ tls: otherServerPair });
  assert.ok(await canConnect(server.port));
});

Deno.test("reload() turns TLS on and off for new clients and keeps the connected ones", async () => {
  await using server = await startedServer();
  await using early = await RawClient.connect(server.port, { protocol: 1 });
  const { port } = server;
  await server.reload({ tls: serverPair });
  await early.until(() => early.received.includes("INFO "));
  assert.equal(lastInfo(early).tls_required, true);
  assert.ok(await canConnect(port));
  await server.reload({ tls: null });
  await early.settle();
  assert.equal(lastInfo(early).tls_required, undefined);
  await using late = await RawClient.connect(port);
  await late.settle();
  assert.equal(server.stats.connections, 2);
  assert.equal(server.port, port);
});

Deno.test("reload() with unusable certificates or limits changes nothing", async () => {
  await using server = await startedServer();
  await assert.rejects(
    server.reload({ tls: { cert: "", key: "" }, limits: { maxPayloadBytes: 5 } }),
  );
  await assert.rejects(server.reload({ limits: { maxPayloadBytes: 0 } }), RangeError);
  assert.equal(server.limits.maxPayloadBytes, 1 << 20);
  await using client = await RawClient.connect(server.port);
  await client.settle();
});

Deno.test("reload() does not open a server to everyone on an address other than loopback", async () => {
  await using server = await startedServer({
    host: "0.0.0.0",
    authenticator: authenticator({ token: "t" }),
  });
  await assert.rejects(
    server.reload({ authenticator: noAuthentication }),
    /everyone could connect/,
  );
});

Deno.test("reload() applies max_payload to connected clients and sends them INFO", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port, { protocol: 1 });
  await using old = await RawClient.connect(server.port, { protocol: 0 });
  await server.reload({ limits: { maxPayloadBytes: 10 } });
  await client.until(() => client.received.includes("INFO "));
  assert.equal(lastInfo(client).max_payload, 10);
  assert.throws(() => server.publish("a", new Uint8Array(11)), RangeError);
  await old.send("PUB a 11\r\n");
  await old.closed();
  assert.match(old.received, /^-ERR 'Maximum Payload Violation'\r\n$/);
});

Deno.test("reload() applies the subscription, pending and ping limits to connected clients", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await server.reload({ limits: { maxSubscriptions: 1, pingIntervalMs: 20, maxPingsOut: 1 } });
  await client.send("SUB a 1\r\nSUB b 2\r\n");
  await client.until(() => client.received.includes("maximum subscriptions exceeded"));
  await client.closed();
  assert.match(client.received, /Stale Connection/);
});

Deno.test("reload() closes the newest connections beyond a smaller max_connections", async () => {
  await using server = await startedServer();
  await using first = await RawClient.connect(server.port);
  await using second = await RawClient.connect(server.port);
  await server.reload({ limits: { maxConnections: 1 } });
  await second.closed();
  await first.settle();
  assert.match(second.received, /maximum connections exceeded/);
  assert.equal(server.stats.connections, 1);
});

Deno.test("reload() sends no INFO when its content has not changed", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port, { protocol: 1 });
  await server.reload({ limits: { stallMs: 1 } });
  await client.settle();
  assert.doesNotMatch(client.received, /INFO/);
});
