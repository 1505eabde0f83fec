import assert from "node:assert/strict";
import { definePlugin, hasCode } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { http, httpToken } from "../../../plugins/http/mod.ts";
import { type NatsServer, natsServer, natsServerToken } from "../../../plugins/nats_server/mod.ts";
import { connectionLimit } from "../../../plugins/nats_server/plugin.ts";
import { RawClient } from "./_raw_client.ts";

/** A plugin that subscribes in its init and remembers the server. */
function consumer() {
  const seen = { server: undefined as NatsServer | undefined, messages: 0, rest: 0 };
  const plugin = definePlugin({
    name: "consumer",
    requires: [natsServerToken],
    optional: [httpToken],
    init({ get }) {
      seen.server = get(natsServerToken);
      seen.server.subscribe("LOG", { onMessage: () => void seen.messages++ });
    },
    afterInit(_, { find }) {
      seen.rest = find(httpToken)?.port ?? 0;
    },
  });
  return { seen, plugin };
}

Deno.test("D-48 the port opens after all plugins have subscribed, so the first message of a client is not lost", async () => {
  const { seen, plugin } = consumer();
  await using test = harness({ plugins: [natsServer(), plugin], config: { nats: { port: 0 } } });
  await test.agent.start();
  await using client = await RawClient.open(seen.server!.port);
  await client.send("PUB LOG 1\r\nx\r\n");
  await client.settle();
  assert.equal(seen.messages, 1);
});

Deno.test("natsServer() fails the start with the remedy when the port is in use", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using test = harness({ plugins: [natsServer()], config: { nats: { port } } });
  await assert.rejects(test.agent.start(), (error) => hasCode(error, "address_in_use"));
  taken.close();
});

Deno.test("natsServer() does not listen when nats.embedded is false", async () => {
  const { seen, plugin } = consumer();
  await using test = harness({
    plugins: [natsServer(), plugin],
    config: { nats: { embedded: false } },
  });
  await test.agent.start();
  assert.deepEqual(seen.server!.monitor.healthz().status, "unavailable");
});

Deno.test("natsServer() refuses an address other than loopback when everyone could connect", async () => {
  await using test = harness({
    plugins: [natsServer()],
    config: { nats: { host: "0.0.0.0", port: 0 } },
  });
  await assert.rejects(test.agent.start(), /allow_insecure_bind/);
});

Deno.test("natsServer() takes users with permissions from the configuration", async () => {
  const { seen, plugin } = consumer();
  const permissions = { publish: { allow: ["LOG"] }, allow_responses: { max: 1, expires: "1m" } };
  await using test = harness({
    plugins: [natsServer(), plugin],
    config: { nats: { port: 0, users: [{ user: "app", password: "secret", permissions }] } },
  });
  await test.agent.start();
  await using client = await RawClient.connect(seen.server!.port, { user: "app", pass: "secret" });
  await client.send("PUB LOG 1\r\nx\r\nPUB other 1\r\nx\r\n");
  await client.settle();
  assert.equal(client.take(), `-ERR 'Permissions Violation for Publish to "other"'\r\n`);
  assert.equal(seen.messages, 1);
});

for (
  const [name, nats] of [
    ["a user with a misspelt permission", {
      users: [{ user: "a", password: "b", permissions: { publsh: {} } }],
    }],
    ["a user without a password", { users: [{ user: "a" }] }],
    ["a port that is none", { port: 70_000 }],
    ["a certificate without its key", { tls_cert_file: "/nowhere.pem" }],
    ["users from certificates without a CA", {
      users: [{ user: "a" }],
      tls_verify_and_map: true,
    }],
    ["a time for TLS that is none", { tls_handshake_first: "soon" }],
  ] as const
) {
  Deno.test(`natsServer() refuses ${name}`, async () => {
    await assert.rejects(async () => {
      await using test = harness({ plugins: [natsServer()], config: { nats } });
      await test.agent.start();
    });
  });
}

Deno.test("natsServer() serves monitoring on the REST port", async () => {
  const { seen, plugin } = consumer();
  await using test = harness({
    plugins: [http(), natsServer(), plugin],
    config: { nats: { port: 0 }, rest: { port: 0, host: "127.0.0.1" } },
  });
  await test.agent.start();
  await using _client = await RawClient.connect(seen.server!.port, { name: "one" });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${seen.rest}${path}`);
    return { status: response.status, body: await response.json() };
  };
  assert.deepEqual(await get("/healthz"), { status: 200, body: { status: "ok" } });
  assert.equal((await get("/varz")).body.connections, 1);
  assert.equal((await get("/subsz")).body.num_subscriptions, 1);
  assert.equal((await get("/connz?subs=1&sort=msgs_to&limit=1")).body.connections[0].name, "one");
  assert.equal((await get("/connz?sort=nonsense")).status, 400);
  assert.equal((await get("/connz?limit=x")).status, 400);
});

Deno.test("connectionLimit() leaves two thirds of the file descriptors to the rest of the agent", () => {
  assert.equal(connectionLimit(65_536, 1_024), 341);
  assert.equal(connectionLimit(100, 1_024), 100);
  assert.equal(connectionLimit(65_536, undefined), 65_536);
  assert.equal(connectionLimit(65_536, 2), 1);
});
