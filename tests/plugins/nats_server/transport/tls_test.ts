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

Deno.test("with a time as handshakeFirst the client may begin TLS or wait for INFO", async () => {
  await using server = await startedServer({ tls: { ...serverPair, handshakeFirst: 100 } });
  assert.equal(await roundTrip(server.port, { handshakeFirst: true }), "tls");
  assert.equal(await roundTrip(server.port, {}), "tls");
});

Deno.test("with allowNonTls INFO says that TLS is available, and a client may stay without it", async () => {
  await using server = await startedServer({ tls: { ...serverPair, allowNonTls: true } });
  await using clear = await RawClient.open(server.port);
  await clear.until(() => clear.received.includes('"tls_available":true'));
  assert.ok(!clear.received.includes("tls_required"));
  await clear.send('CONNECT {"verbose":false}\r\nPING\r\n');
  await clear.until(() => clear.received.includes("PONG"));
  const client = await connect({ servers: `localhost:${server.port}`, tls: { ca: authority } });
  await client.flush();
  const [first, second] = server.monitor.connz({ sort: "cid" }).connections as {
    tls_version?: string;
  }[];
  assert.deepEqual([first.tls_version, second.tls_version], [undefined, "1.3"]);
  await client.close();
});

Deno.test("with mapCertificates the certificate decides which user a client is", async () => {
  const users = [{ user: "localhost", permissions: { publish: { deny: ["secret"] } } }, {
    user: "other",
    password: "p",
  }];
  await using server = await startedServer({
    tls: { ...serverPair, clientCa: authority },
    authenticator: authenticator({ users, mapCertificates: true }),
  });
  const client = await connect({
    servers: `localhost:${server.port}`,
    tls: { ca: authority, ...clientPair },
    user: "other",
    pass: "",
  });
  await client.flush();
  const [{ authorized_user: user }] = server.monitor.connz({ auth: true }).connections as {
    authorized_user: string;
  }[];
  assert.equal(user, "localhost");
  client.publish("secret");
  await client.flush();
  assert.equal(server.stats.violations.publish_permission, 1);
  await client.close();
});

Deno.test("reload() adds and removes allowNonTls and handshakeFirst, and keeps connected clients", async () => {
  await using server = await startedServer({ tls: serverPair });
  const connected = await connect({ servers: `localhost:${server.port}`, tls: { ca: authority } });
  await server.reload({ tls: { ...serverPair, allowNonTls: true } });
  await using clear = await RawClient.open(server.port);
  await clear.send('CONNECT {"verbose":false}\r\nPING\r\n');
  await clear.until(() => clear.received.includes("PONG"));
  await server.reload({ tls: { ...serverPair, handshakeFirst: true } });
  assert.equal(await roundTrip(server.port, { handshakeFirst: true }), "tls");
  await using refused = await RawClient.open(server.port);
  await refused.send('CONNECT {"verbose":false}\r\nPING\r\n');
  await refused.closed();
  await clear.send("PING\r\n");
  await connected.flush();
  await connected.close();
});

Deno.test("reload() uses the new certificate for new connections", async () => {
  await using server = await startedServer({ tls: serverPair });
  await server.reload({ tls: otherServerPair });
  assert.equal(await roundTrip(server.port, {}), "tls");
  await assert.rejects(server.reload({ tls: { cert: "no", key: "no" } }));
  assert.equal(await roundTrip(server.port, {}), "tls");
});

Deno.test("reload() changes nothing when a later certificate of clientCa is damaged", async () => {
  await using server = await startedServer({ tls: serverPair });
  const damaged = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
  const clientCa = `${authority}${damaged}`;
  await assert.rejects(server.reload({ tls: { ...serverPair, clientCa } }), TypeError);
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
