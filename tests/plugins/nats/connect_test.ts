import assert from "node:assert/strict";
import { AgentError } from "../../../core/mod.ts";
import { connectNats, nats } from "../../../plugins/nats/mod.ts";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { until } from "./_until.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (data: Uint8Array) => new TextDecoder().decode(data);

async function startServer(port = 0): Promise<NatsServer> {
  const server = new NatsServer({ port });
  await server.listen();
  return server;
}

const urlOf = ({ port }: NatsServer) => `nats://127.0.0.1:${port}`;

/** Whether this is the error of that code. */
const withCode = (code: AgentError["code"]) => (error: unknown) =>
  error instanceof AgentError && error.code === code;

Deno.test("connectNats() publishes to subscribers, in order, with the reply subject", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  const seen: string[] = [];
  using _subscription = client.subscribe("a.*", ({ subject, data, reply }) => {
    seen.push(`${subject} ${textOf(data)} ${reply}`);
  });
  client.publish("a.1", bytes("first"));
  client.publish("a.2", bytes("second"), { reply: "back" });
  await client.flush();
  assert.deepEqual(seen, ["a.1 first ", "a.2 second back"]);
});

Deno.test("deliver() says whether anyone was subscribed when the server has the message", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  assert.equal(await client.deliver("a", bytes("lost")), false);
  const seen: string[] = [];
  server.subscribe("a", { onMessage: (message) => void seen.push(message.text()) });
  assert.equal(await client.deliver("a", bytes("kept")), true);
  assert.deepEqual(seen, ["kept"]);
  await assert.rejects(() => client.deliver("a", new Uint8Array(2 ** 20 + 1)), RangeError);
});

Deno.test("flush() rejects when the connection is closed before the server answers", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  const rejected = assert.rejects(() => client.flush(), withCode("nats_unreachable"));
  await client.close();
  await rejected;
});

Deno.test("subscribe() delivers at most maxMessages, and nothing after it is disposed", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  const limited: string[] = [];
  const disposed: string[] = [];
  client.subscribe("a", ({ data }) => void limited.push(textOf(data)), { maxMessages: 1 });
  const subscription = client.subscribe("a", ({ data }) => void disposed.push(textOf(data)));
  client.publish("a", bytes("1"));
  await client.flush();
  subscription[Symbol.dispose]();
  client.publish("a", bytes("2"));
  await client.flush();
  assert.deepEqual([limited, disposed], [["1"], ["1"]]);
});

Deno.test("subscribe() with a queue group gives each message to one member", async () => {
  await using server = await startServer();
  await using one = await connectNats(urlOf(server));
  await using other = await connectNats(urlOf(server));
  let received = 0;
  for (const client of [one, other]) {
    client.subscribe("work", () => void received++, { queue: "workers" });
    await client.flush();
  }
  for (let count = 0; count < 20; count++) one.publish("work", bytes("x"));
  await one.flush();
  await other.flush();
  assert.equal(received, 20);
});

Deno.test("subscribe() reports what a callback throws and continues to deliver", async () => {
  await using server = await startServer();
  const reasons: string[] = [];
  await using client = await connectNats(urlOf(server), {
    onState: (_state, reason) => reasons.push(reason),
  });
  let received = 0;
  client.subscribe("a", () => {
    received++;
    throw new Error("not today");
  });
  client.publish("a", bytes("1"));
  client.publish("a", bytes("2"));
  await client.flush();
  assert.equal(received, 2);
  assert.deepEqual(reasons, Array(2).fill('subscriber of "a" threw: not today'));
});

Deno.test("request() returns the reply", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  client.subscribe("twice", ({ data, reply }) => {
    client.publish(reply, bytes(textOf(data).repeat(2)));
  });
  const { data } = await client.request("twice", bytes("ab"));
  assert.equal(textOf(data), "abab");
});

Deno.test("request() fails with nats_no_answer when there is no subscriber or no reply", async () => {
  await using server = await startServer();
  await using client = await connectNats(urlOf(server));
  await assert.rejects(client.request("nobody", bytes("?")), withCode("nats_no_answer"));
  client.subscribe("silent", () => {});
  await assert.rejects(
    client.request("silent", bytes("?"), { timeoutMs: 20 }),
    withCode("nats_no_answer"),
  );
});

Deno.test("connectNats() fails with nats_unreachable and names the server without its password", async () => {
  const server = await startServer();
  const { port } = server;
  await server.close();
  await assert.rejects(
    connectNats(`nats://me:secret@127.0.0.1:${port}`),
    (error) => {
      assert(withCode("nats_unreachable")(error));
      assert.match(String(error), new RegExp(`nats://127\\.0\\.0\\.1:${port}`));
      assert.doesNotMatch(String(error), /secret/);
      return true;
    },
  );
});

Deno.test("connectNats() refuses an empty URL", async () => {
  await assert.rejects(connectNats(" "), TypeError);
});

Deno.test("publish() throws while the connection is lost, and subscriptions survive a reconnect", async () => {
  const first = await startServer();
  const { port } = first;
  const states: string[] = [];
  await using client = await connectNats(urlOf(first), {
    reconnectDelayMs: 20,
    onState: (state) => states.push(state),
  });
  const seen: string[] = [];
  client.subscribe("a", ({ data }) => void seen.push(textOf(data)));
  await client.flush();
  await first.close();
  await until(() => client.state === "disconnected");
  assert.throws(() => client.publish("a", bytes("lost")), withCode("nats_unreachable"));
  await using _second = await startServer(port);
  await until(() => client.state === "connected");
  client.publish("a", bytes("kept"));
  await client.flush();
  assert.deepEqual(seen, ["kept"]);
  assert.equal(client.reconnects, 1);
  assert.deepEqual(states, ["disconnected", "connected"]);
});

Deno.test("close() is idempotent, and later calls fail with closed", async () => {
  await using server = await startServer();
  const client = await connectNats(urlOf(server));
  await client.close();
  await client.close();
  assert.equal(client.state, "closed");
  assert.throws(() => client.publish("a", bytes("1")), withCode("closed"));
  await assert.rejects(client.flush(), withCode("closed"));
  await assert.rejects(client.request("a", bytes("1")), withCode("closed"));
});

Deno.test("drain() handles the received messages, then closes", async () => {
  await using server = await startServer();
  await using sender = await connectNats(urlOf(server));
  const client = await connectNats(urlOf(server));
  let received = 0;
  client.subscribe("a", () => void received++);
  await client.flush();
  for (let count = 0; count < 100; count++) sender.publish("a", bytes("x"));
  await sender.flush();
  await client.drain();
  assert.equal(received, 100);
  assert.equal(client.state, "closed");
  await client.drain();
});

for (
  const url of [
    "nats://u:SE/CRET@127.0.0.1:1",
    "nats://u:SE@CRET@127.0.0.1:1",
    "nats://u:SE CRET@127.0.0.1:1",
    "http://u:SECRET@127.0.0.1:1",
    "nats://127.0.0.1:1/path",
  ]
) {
  Deno.test(`connectNats() refuses ${url.replace(/SE.?CRET/, "...")} without quoting it`, async () => {
    await assert.rejects(
      connectNats(url),
      (error: Error) => error instanceof TypeError && !/SE.?CRET/.test(error.message),
    );
  });
}

Deno.test("nats() reports a URL that it cannot use when the configuration is checked", () => {
  const check = (url: string) => nats().checkConfig?.({ url }) ?? [];
  assert.deepEqual(check("nats://127.0.0.1:4222, tls://user:a%2Fb@host"), []);
  assert.deepEqual(check("127.0.0.1:4222"), []);
  assert.deepEqual(check("nats://u:p/q@host").map(({ key }) => key), ["url"]);
});
