import assert from "node:assert/strict";
import { AgentError } from "../../../core/mod.ts";
import { createAgent, definePlugin, sourcesFrom } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { nats, type NatsClient, natsToken } from "../../../plugins/nats/mod.ts";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { until } from "./_until.ts";

/** An agent with only this plugin and a real clock, because its server is real. */
function agentFor(url: string, extra: readonly string[] = []) {
  return createAgent({
    plugins: [nats()],
    sources: sourcesFrom({ sets: [`nats.url=${url}`, ...extra] }),
  });
}

Deno.test("nats() is disabled without nats.url and says how to enable it", async () => {
  await using kit = harness({ plugins: [nats()] });
  await kit.agent.start();
  assert.equal(kit.agent.status.plugin("nats")?.state, "disabled");
  const api = kit.agent.get(natsToken);
  assert.equal(api.configured, false);
  assert.throws(
    () => api.client,
    (error) =>
      error instanceof AgentError && error.code === "unavailable" &&
      /nats\.url/.test(error.message),
  );
});

Deno.test("nats() connects in the background and provides the connection", async () => {
  await using server = new NatsServer({ port: 0 });
  await server.listen();
  await using agent = agentFor(`nats://127.0.0.1:${server.port}`);
  await agent.start();
  const ready = Promise.withResolvers<NatsClient>();
  agent.get(natsToken).onReady(ready.resolve);
  const client = await ready.promise;
  assert.equal(client, agent.get(natsToken).client);
  assert.match(agent.status.plugin("nats")!.reason, /connected to 127\.0\.0\.1/);
  const connected = agent.metrics.families().find(({ name }) => name === "nats_client_connected");
  assert.equal(connected?.collect(), 1);
});

Deno.test("nats() starts without its server, reports the error and connects when the server starts", async () => {
  const server = new NatsServer({ port: 0 });
  await server.listen();
  const { port } = server;
  await server.close();
  await using agent = agentFor(`nats://127.0.0.1:${port}`);
  await agent.start();
  await until(() => agent.status.plugin("nats")?.state === "error");
  assert.throws(() => agent.get(natsToken).client, /has not answered yet/);
  await using late = new NatsServer({ port });
  await late.listen();
  await until(() => agent.status.plugin("nats")?.state === "ok");
});

Deno.test("nats() reports when the connection is lost and when it is back", async () => {
  const first = new NatsServer({ port: 0 });
  await first.listen();
  const { port } = first;
  await using agent = agentFor(`nats://127.0.0.1:${port}`);
  await agent.start();
  await until(() => agent.status.plugin("nats")?.state === "ok");
  await first.close();
  await until(() => agent.status.plugin("nats")?.state === "error");
  await using second = new NatsServer({ port });
  await second.listen();
  await until(() => agent.status.plugin("nats")?.state === "ok");
});

Deno.test("nats() can be stopped while it is connecting", async () => {
  const agent = createAgent({
    plugins: [nats(), definePlugin({ name: "other", init() {} })],
    sources: sourcesFrom({ sets: ["nats.url=nats://127.0.0.1:1"] }),
  });
  await agent.start();
  await agent.stop();
  assert.equal(agent.state, "stopped");
});
