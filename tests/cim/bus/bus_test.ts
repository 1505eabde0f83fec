import assert from "node:assert/strict";
import { bus, busToken, type MessageBus } from "../../../cim/bus/mod.ts";
import { AgentError, createAgent, sourcesFrom } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { connectNats, nats, natsToken } from "../../../plugins/nats/mod.ts";
import { NatsServer, natsServer, natsServerToken } from "../../../plugins/nats_server/mod.ts";
import { until as poll } from "../../_support/until.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An agent with a bus; with `url` it uses the server there. */
async function startAgent(url?: string, settings: Record<string, string> = {}) {
  const agent = createAgent({
    plugins: [natsServer(), nats(), bus()],
    logs: recordingLogs().registry,
    sources: sourcesFrom({
      sets: [
        "nats.port=0",
        ...(url ? [`nats.url=${url}`] : []),
        ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      ],
    }),
  });
  await agent.start();
  return agent;
}

/** Polls until the condition holds. */
function until(condition: () => boolean): Promise<true> {
  return poll(`${condition}`, condition);
}

async function connectedBus(url: string, settings?: Record<string, string>) {
  const agent = await startAgent(url, settings);
  const api = agent.get(natsToken);
  await new Promise<void>((resolve) => api.onReady(() => resolve()));
  return { agent, bus: agent.get(busToken) };
}

function collect(target: MessageBus, subject: string) {
  const texts: string[] = [];
  const subscription = target.subscribe(subject, {
    onMessage: ({ buffer, start, end }) =>
      void texts.push(decoder.decode(buffer.subarray(start, end))),
  });
  return { texts, subscription };
}

Deno.test("bus() carries messages over the embedded server when nats.url is not set", async () => {
  await using agent = await startAgent();
  const target = agent.get(busToken);
  const { texts } = collect(target, "LOG");
  target.publish("LOG", encoder.encode("one"));
  assert.equal(target.kind, "embedded");
  assert.deepEqual(texts, ["one"]);
});

Deno.test("bus() carries messages over the outside server at nats.url", async () => {
  await using server = new NatsServer({ port: 0 });
  await server.listen();
  const { agent, bus: target } = await connectedBus(`nats://127.0.0.1:${server.port}`);
  await using _ = agent;
  let chunks = 0;
  const texts: string[] = [];
  target.subscribe("LOG", {
    onMessage: ({ buffer, start, end }) =>
      void texts.push(decoder.decode(buffer.subarray(start, end))),
    onChunkEnd: () => chunks++,
  });
  await agent.get(natsToken).client.flush();
  server.publish("LOG", encoder.encode("one"));
  server.publish("LOG", encoder.encode("two"));
  await until(() => texts.length === 2 && chunks > 0);
  assert.equal(target.kind, "outside");
  assert.deepEqual(texts, ["one", "two"]);
});

Deno.test("bus() says with either server whether a delivered message had a subscriber", async () => {
  await using outside = new NatsServer({ port: 0 });
  await outside.listen();
  for (const url of [undefined, `nats://127.0.0.1:${outside.port}`]) {
    await using agent = await startAgent(url);
    if (url) await new Promise<void>((resolve) => agent.get(natsToken).onReady(() => resolve()));
    const target = agent.get(busToken);
    assert.equal(await target.deliver("a", encoder.encode("lost")), "no_subscriber");
    const port = url ? outside.port : agent.get(natsServerToken).port;
    await using client = await connectNats(`nats://127.0.0.1:${port}`);
    const seen: string[] = [];
    client.subscribe("a", ({ data }) => void seen.push(decoder.decode(data)));
    await client.flush();
    assert.equal(await target.deliver("a", encoder.encode("kept")), "confirmed");
    await client.flush();
    assert.deepEqual(seen, ["kept"]);
  }
});

Deno.test("bus() keeps order and loses nothing while an outside consumer pauses within the limit", async () => {
  await using server = new NatsServer({ port: 0 });
  await server.listen();
  const { agent, bus: target } = await connectedBus(`nats://127.0.0.1:${server.port}`);
  await using _ = agent;
  const { texts, subscription } = collect(target, "LOG");
  await agent.get(natsToken).client.flush();
  subscription.pause();
  for (let i = 0; i < 100; i++) server.publish("LOG", encoder.encode(`${i}`));
  const backlog = () => gaugeValue(agent, "cim_bus_backlog_bytes");
  await until(() => backlog() === 190);
  assert.deepEqual(texts, []);
  subscription.resume();
  assert.deepEqual(texts, Array.from({ length: 100 }, (_, i) => `${i}`));
  assert.equal(backlog(), 0);
});

Deno.test("D-49 bus() counts dropped messages of a paused outside consumer by subject", async () => {
  await using server = new NatsServer({ port: 0 });
  await server.listen();
  const url = `nats://127.0.0.1:${server.port}`;
  const { agent, bus: target } = await connectedBus(url, { "bus.max_backlog": "1MiB" });
  await using _ = agent;
  const { subscription } = collect(target, "LOG");
  await agent.get(natsToken).client.flush();
  subscription.pause();
  for (let i = 0; i < 3; i++) server.publish("LOG", new Uint8Array(512 * 1024));
  const dropped = () => {
    const family = agent.metrics.families().find(({ name }) => name === "cim_bus_dropped_total")!;
    return [...family.collect() as Iterable<{ labels: unknown; value: number }>];
  };
  await until(() => dropped().length > 0);
  assert.deepEqual(dropped(), [{ labels: { subject: "LOG" }, value: 1 }]);
});

Deno.test("drain() delivers what clients sent before it, from either server", async () => {
  for (const isOutside of [false, true]) {
    await using server = new NatsServer({ port: 0 });
    await server.listen();
    const url = `nats://127.0.0.1:${server.port}`;
    const { agent, bus: target } = isOutside
      ? await connectedBus(url)
      : await startAgent().then((agent) => ({ agent, bus: agent.get(busToken) }));
    await using _ = agent;
    const { texts } = collect(target, "LOG");
    if (isOutside) await agent.get(natsToken).client.flush();
    const clientUrl = isOutside ? url : `nats://127.0.0.1:${agent.get(natsServerToken).port}`;
    await using client = await connectNats(clientUrl);
    for (let i = 0; i < 1_000; i++) client.publish("LOG", encoder.encode("x"));
    await client.flush();
    await target.drain(AbortSignal.timeout(10_000));
    assert.equal(texts.length, 1_000);
  }
});

Deno.test("bus() keeps the embedded server's port closed when nats.url is set", async () => {
  await using agent = await startAgent("nats://127.0.0.1:1");
  assert.equal(agent.status.plugin("nats_server")!.state, "disabled");
});

Deno.test("publish() throws an error with a code while the outside server is not connected", async () => {
  await using agent = await startAgent("nats://127.0.0.1:1");
  const target = agent.get(busToken);
  assert.throws(
    () => target.publish("LOG", new Uint8Array(1)),
    (error) => error instanceof AgentError && error.code === "unavailable",
  );
});

function gaugeValue(agent: Awaited<ReturnType<typeof startAgent>>, name: string): number {
  return agent.metrics.families().find((family) => family.name === name)!.collect() as number;
}
