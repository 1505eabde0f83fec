import assert from "node:assert/strict";
import { connect } from "npm:nats@2.29.3";
import { authenticator } from "../../../../plugins/nats_server/mod.ts";
import {
  authority,
  clientPair,
  otherServerPair,
  serverPair,
  strangerPair,
} from "../../../_support/certificates.ts";
import { startedServer } from "../_net.ts";
import { RawClient } from "../_raw_client.ts";

/** Connects, sends a message to itself, and disconnects. */
async function roundTrip(port: number, tls: Record<string, unknown>): Promise<string> {
  const client = await connect({
    servers: `localhost:${port}`,
    tls: { ca: authority, ...tls },
    maxReconnectAttempts: 0,
    timeout: 2_000,
  });
  const subscription = client.subscribe("a", { max: 1 });
  client.publish("a", new TextEncoder().encode("x".repeat(200_000)));
  let got = 0;
  for await (const message of subscription) got = message.data.length;
  const kind = client.info?.tls_required ? "tls" : "clear";
  await client.close();
  assert.equal(got, 200_000);
  return kind;
}

Deno.test("a TLS server sends INFO unencrypted and then accepts the handshake", async () => {
  await using server = await startedServer({ tls: serverPair });
  assert.equal(await roundTrip(server.port, {}), "tls");
});

Deno.test("a TLS server with handshakeFirst accepts the handshake before INFO", async () => {
  await using server = await startedServer({ tls: { ...serverPair, handshakeFirst: true } });
  assert.equal(await roundTrip(server.port, { handshakeFirst: true }), "tls");
});

Deno.test("a TLS server with clientCa accepts only clients with a signed certificate", async () => {
  await using server = await startedServer({ tls: { ...serverPair, clientCa: authority } });
  assert.equal(await roundTrip(server.port, { ...clientPair }), "tls");
  await assert.rejects(roundTrip(server.port, {}));
  await assert.rejects(roundTrip(server.port, { ...strangerPair }));
  await using stranger = await RawClient.open(server.port);
  await stranger.until(() => stranger.received.includes('"tls_verify":true'));
  await stranger.send('CONNECT {"verbose":false}\r\nPING\r\n');
  await stranger.closed();
  assert.ok(!stranger.received.includes("PONG"));
  assert.equal(server.stats.closed.tls_handshake, 3);
});

Deno.test("reload() uses the new certificate for new connections", async () => {
  await using server = await startedServer({ tls: serverPair });
  await server.reload({ tls: otherServerPair });
  assert.equal(await roundTrip(server.port, {}), "tls");
  await assert.rejects(server.reload({ tls: { cert: "no", key: "no" } }));
  assert.equal(await roundTrip(server.port, {}), "tls");
});

Deno.test("a TLS server disconnects a client whose handshake takes too long", async () => {
  await using server = await startedServer({ tls: serverPair, limits: { tlsTimeoutMs: 50 } });
  await using client = await RawClient.open(server.port);
  await client.closed();
  assert.equal(server.stats.closed.tls_handshake, 1);
});

Deno.test("TLS and users work together", async () => {
  await using server = await startedServer({
    tls: serverPair,
    authenticator: authenticator({ users: [{ user: "a", password: "b" }] }),
  });
  const client = await connect({
    servers: `localhost:${server.port}`,
    tls: { ca: authority },
    user: "a",
    pass: "b",
  });
  await client.flush();
  await client.close();
});
