/**
 * Tests the server with all features of the JavaScript client. The tests of `plugins/nats` cover the part of the client
 * that the agent uses.
 */
import assert from "node:assert/strict";
import {
  AckPolicy,
  connect,
  type ConnectionOptions,
  ErrorCode,
  Events,
  headers,
  type NatsConnection,
  NatsError,
  nkeyAuthenticator,
  RequestStrategy,
} from "npm:nats@2.29.3";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { type Servers, startServers } from "./_kit.ts";

const text = new TextEncoder();
const read = (data: Uint8Array) => new TextDecoder().decode(data);

async function connected(
  servers: Servers,
  name = "PLAIN_URL",
  options: ConnectionOptions = {},
): Promise<NatsConnection & AsyncDisposable> {
  const connection = await connect({ servers: servers.environment[name], ...options });
  return Object.assign(connection, {
    async [Symbol.asyncDispose]() {
      await connection.close();
    },
  });
}

Deno.test("npm:nats gets what it publishes, with headers and a reply subject", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  const subscription = nats.subscribe("greet.*", { max: 1 });
  const sent = headers();
  sent.append("Trace", "17");
  sent.append("Trace", "18");
  nats.publish("greet.joe", text.encode("hello"), { headers: sent, reply: "answer" });
  for await (const message of subscription) {
    assert.equal(message.subject, "greet.joe");
    assert.equal(message.reply, "answer");
    assert.equal(read(message.data), "hello");
    assert.deepEqual(message.headers?.values("Trace"), ["17", "18"]);
  }
  assert.equal(subscription.getProcessed(), 1);
});

Deno.test("npm:nats request() gets the answer, both with one inbox for all and with one each", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  nats.subscribe("service", {
    callback: (_, message) => void message.respond(text.encode(`re: ${read(message.data)}`)),
  });
  for (const noMux of [false, true]) {
    const answer = await nats.request("service", text.encode("x"), { timeout: 5_000, noMux });
    assert.equal(read(answer.data), "re: x");
  }
});

Deno.test("npm:nats request() fails at once when there are no responders", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  await assert.rejects(
    nats.request("nobody", new Uint8Array(), { timeout: 60_000 }),
    (error) => error instanceof NatsError && error.code === ErrorCode.NoResponders,
  );
});

Deno.test("npm:nats requestMany() gets all answers up to the number or to the empty one", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  nats.subscribe("service", {
    callback(_, message) {
      for (const part of ["1", "2", "3", ""]) message.respond(text.encode(part));
    },
  });
  const collect = async (strategy: RequestStrategy, maxMessages?: number) => {
    const parts: string[] = [];
    const answers = await nats.requestMany("service", new Uint8Array(), {
      strategy,
      maxMessages,
      maxWait: 5_000,
    });
    for await (const message of answers) parts.push(read(message.data));
    return parts;
  };
  assert.deepEqual(await collect(RequestStrategy.Count, 2), ["1", "2"]);
  assert.deepEqual(await collect(RequestStrategy.SentinelMsg), ["1", "2", "3", ""]);
});

Deno.test("npm:nats queue groups share the messages", async () => {
  await using servers = await startServers();
  await using one = await connected(servers);
  await using two = await connected(servers);
  await using publisher = await connected(servers);
  const members = [one, two].map((nats) => nats.subscribe("work", { queue: "group" }));
  await Promise.all([one.flush(), two.flush()]);
  for (let i = 0; i < 200; i++) publisher.publish("work");
  await publisher.flush();
  await Promise.all([one.flush(), two.flush()]);
  const received = members.map((member) => member.getReceived());
  assert.equal(received[0] + received[1], 200);
  assert.ok(received.every((count) => count > 0), `one member got everything: ${received}`);
});

Deno.test("npm:nats drain() works off what it has, and nothing is lost", async () => {
  await using servers = await startServers();
  const nats = await connect({ servers: servers.environment.PLAIN_URL });
  let count = 0;
  nats.subscribe("drain", { callback: () => void count++ });
  for (let i = 0; i < 1_000; i++) nats.publish("drain");
  await nats.drain();
  assert.equal(count, 1_000);
  assert.ok(nats.isClosed());
});

Deno.test("npm:nats unsubscribe() with a number and without echo are obeyed", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  await using mute = await connected(servers, "PLAIN_URL", { noEcho: true });
  const limited = nats.subscribe("many");
  limited.unsubscribe(2);
  const own = mute.subscribe("many");
  await nats.flush();
  for (let i = 0; i < 5; i++) mute.publish("many");
  await mute.flush();
  await nats.flush();
  assert.equal(limited.getReceived(), 2);
  assert.equal(own.getReceived(), 0);
});

Deno.test("npm:nats is told of a payload over the limit before it leaves", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  assert.equal(nats.info?.max_payload, 1_048_576);
  assert.throws(
    () => nats.publish("big", new Uint8Array(1_048_577)),
    (error) => error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded,
  );
});

Deno.test("npm:nats comes in with token, password, nkey, over TLS and with a certificate of its own", async () => {
  await using servers = await startServers();
  const { environment } = servers;
  const kinds: [string, ConnectionOptions][] = [
    ["TOKEN_URL", { token: environment.TOKEN }],
    ["USER_URL", { user: environment.NATS_USER, pass: environment.NATS_PASS }],
    ["NKEY_URL", { authenticator: nkeyAuthenticator(text.encode(environment.NKEY_SEED)) }],
    ["TLS_URL", { tls: { caFile: environment.CA_FILE } }],
    ["VERIFYING_URL", {
      tls: {
        caFile: environment.CA_FILE,
        certFile: environment.CERT_FILE,
        keyFile: environment.KEY_FILE,
      },
    }],
  ];
  for (const [name, options] of kinds) {
    await using nats = await connected(servers, name, options);
    assert.ok(await nats.rtt() >= 0, name);
  }
});

Deno.test("npm:nats is refused with wrong credentials", async () => {
  await using servers = await startServers();
  const kinds: [string, ConnectionOptions][] = [
    ["TOKEN_URL", { token: "wrong" }],
    ["TOKEN_URL", {}],
    ["USER_URL", { user: "app", pass: "wrong" }],
  ];
  for (const [name, options] of kinds) {
    await assert.rejects(
      connect({ servers: servers.environment[name], reconnect: false, ...options }),
      (error) => error instanceof NatsError && error.code === ErrorCode.AuthorizationViolation,
    );
  }
});

Deno.test("npm:nats hears of a permission that it lacks and goes on", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers, "USER_URL", { user: "limited", pass: "p" });
  const told = Promise.withResolvers<unknown>();
  (async () => {
    for await (const status of nats.status()) {
      if (status.type === Events.Error) told.resolve(status.permissionContext);
    }
  })().catch(told.reject);
  nats.publish("forbidden");
  assert.partialDeepStrictEqual(await told.promise, { operation: "publish", subject: "forbidden" });
  nats.publish("allowed");
  await nats.flush();
});

Deno.test("npm:nats reconnects when the server comes back, with its subscriptions", async () => {
  const first = new NatsServer({ port: 0 });
  await first.listen();
  const { port } = first;
  const nats = await connect({
    servers: `127.0.0.1:${port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 20,
  });
  const statuses = nats.status()[Symbol.asyncIterator]();
  const until = async (wanted: Events) => {
    while ((await statuses.next()).value?.type !== wanted);
  };
  const subscription = nats.subscribe("again", { max: 1 });
  await nats.flush();
  await first.close();
  await until(Events.Disconnect);
  await using second = new NatsServer({ port });
  await second.listen();
  await until(Events.Reconnect);
  await nats.flush();
  second.publish("again", text.encode("still here"));
  for await (const message of subscription) assert.equal(read(message.data), "still here");
  await nats.close();
});

Deno.test("npm:nats hears of lame duck mode", async () => {
  const server = new NatsServer({ port: 0 });
  await server.listen();
  const nats = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false });
  const statuses = nats.status()[Symbol.asyncIterator]();
  const closed = nats.closed();
  await nats.flush();
  const drained = server.drain(new AbortController().signal);
  let heard = false;
  while (!heard) {
    const { value, done } = await statuses.next();
    assert.ok(!done, "the connection ended without the word");
    heard = value.type === Events.LDM;
  }
  await drained;
  await closed;
});

Deno.test("npm:nats JetStream is told that there is none", async () => {
  await using servers = await startServers();
  await using nats = await connected(servers);
  await assert.rejects(
    async () => {
      const manager = await nats.jetstreamManager();
      await manager.consumers.add("stream", { ack_policy: AckPolicy.Explicit });
    },
    (error) => error instanceof NatsError && error.code === ErrorCode.JetStreamNotEnabled,
  );
});
