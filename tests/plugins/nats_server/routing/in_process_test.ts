import assert from "node:assert/strict";
import { hasCode } from "../../../../core/mod.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { type MessageView, NatsServer } from "../../../../plugins/nats_server/mod.ts";
import { RawClient } from "../_raw_client.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

async function started(): Promise<NatsServer> {
  const server = new NatsServer({ port: 0 });
  await server.listen();
  return server;
}

/** A handler that records its messages. */
function recorder() {
  const got: string[] = [];
  return {
    got,
    onMessage({ buffer, start, end, subject, reply, headerStart, headerEnd }: MessageView) {
      const headers = text(buffer.subarray(headerStart, headerEnd));
      got.push([subject, reply, headers, text(buffer.subarray(start, end))].join("|"));
    },
    onChunkEnd() {
      got.push("end");
    },
  };
}

Deno.test("subscribe() passes a client's messages with subject, reply, headers and payload", async () => {
  await using server = await started();
  const handler = recorder();
  using subscription = server.subscribe("a.>", handler);
  await using client = await RawClient.connect(server.port);
  await client.send(
    "PUB a.b 2\r\nhi\r\nPUB a.c in 2\r\nho\r\nHPUB a.d 12 14\r\nNATS/1.0\r\n\r\nhu\r\nPUB b 0\r\n\r\n",
  );
  await client.settle();
  assert.deepEqual(handler.got.filter((one) => one !== "end"), [
    "a.b|||hi",
    "a.c|in||ho",
    "a.d||NATS/1.0\r\n\r\n|hu",
  ]);
  assert.equal(subscription.delivered, 3);
});

Deno.test("subscribe() calls onChunkEnd once per chunk, after its messages", async () => {
  await using server = await started();
  const handler = recorder();
  using _ = server.subscribe("a", handler);
  await using client = await RawClient.connect(server.port);
  await client.send("PUB a 1\r\n1\r\nPUB a 1\r\n2\r\n");
  await client.settle();
  await client.send("PUB b 1\r\n3\r\n");
  await client.settle();
  assert.deepEqual(handler.got, ["a|||1", "a|||2", "end"]);
});

Deno.test("message.text() and message.json() decode the payload, also within a larger buffer", async () => {
  await using server = await started();
  const decoded: unknown[] = [];
  using _ = server.subscribe("a", {
    onMessage(message) {
      decoded.push(message.text(), message.json());
    },
  });
  await using client = await RawClient.connect(server.port);
  await client.send('PUB a 7\r\n{"a":1}\r\nPUB a 2\r\n[]\r\n');
  await client.settle();
  server.publish("a", bytes('"\u00e9"'));
  assert.deepEqual(decoded, ['{"a":1}', { a: 1 }, "[]", [], '"\u00e9"', "\u00e9"]);
});

Deno.test("message.json() throws for a payload that is not JSON, and the error is counted", async () => {
  await using server = await started();
  using _ = server.subscribe("a", { onMessage: (message) => void message.json() });
  server.publish("a", bytes("{"));
  assert.equal(server.stats.handlerErrors, 1);
});

Deno.test("subscribe() decodes a subject that is not ASCII", async () => {
  await using server = await started();
  const handler = recorder();
  using _ = server.subscribe("café.*", handler);
  server.publish("café.olé", bytes("x"));
  assert.deepEqual(handler.got, ["café.olé|||x", "end"]);
});

Deno.test("subscribe() passes the publisher's own bytes when only this process subscribes", () => {
  const server = new NatsServer();
  const payload = bytes("payload");
  let seen: Uint8Array | undefined;
  using _ = server.subscribe("a", { onMessage: ({ buffer }) => void (seen = buffer) });
  server.publish("a", payload);
  assert.equal(seen, payload);
});

Deno.test("subscribe() clears the view after the chunk, so that keeping it keeps no bytes in memory", () => {
  const server = new NatsServer();
  let kept: MessageView | undefined;
  using _ = server.subscribe("a", { onMessage: (view) => void (kept = view) });
  server.publish("a", bytes("x"));
  assert.deepEqual([kept!.buffer.length, kept!.subject, kept!.end], [0, "", 0]);
});

Deno.test("subscribe() takes part in queue groups together with clients", async () => {
  await using server = await started();
  let local = 0;
  using _ = server.subscribe("a", { onMessage: () => void local++ }, { queue: "q" });
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a q 1\r\n");
  await client.settle();
  for (let i = 0; i < 200; i++) server.publish("a", bytes("x"));
  await client.settle();
  const remote = client.take().split("MSG a 1 1\r\nx\r\n").length - 1;
  assert.equal(local + remote, 200);
  assert.ok(local > 40 && remote > 40, `unfair: ${local} and ${remote}`);
});

Deno.test("publish() reaches clients with and without headers", async () => {
  await using server = await started();
  await using one = await RawClient.connect(server.port);
  await using other = await RawClient.connect(server.port, { headers: false });
  for (const client of [one, other]) {
    await client.send("SUB a 7\r\n");
    await client.settle();
  }
  server.publish("a", bytes("hi"), { headers: bytes("NATS/1.0\r\n\r\n"), reply: "r" });
  await one.settle();
  await other.settle();
  assert.equal(one.take(), "HMSG a 7 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
  assert.equal(other.take(), "MSG a 7 r 2\r\nhi\r\n");
});

Deno.test("publish() within a handler does not change the current message", () => {
  const server = new NatsServer();
  const order: string[] = [];
  using _inner = server.subscribe("inner", {
    onMessage: ({ buffer, start, end }) =>
      void order.push(`inner ${text(buffer.subarray(start, end))}`),
  });
  using _outer = server.subscribe("outer", {
    onMessage(view) {
      server.publish("inner", bytes("deep"));
      order.push(`outer ${view.subject} ${text(view.buffer.subarray(view.start, view.end))}`);
    },
  });
  server.publish("outer", bytes("first"));
  assert.deepEqual(order, ["inner deep", "outer outer first"]);
});

Deno.test("publish() throws for an invalid subject, reply or size", () => {
  const server = new NatsServer({ limits: { maxPayloadBytes: 4 } });
  for (const subject of ["", "a.*", ">", "a b", "a..b"]) {
    assert.throws(() => server.publish(subject, bytes("x")), TypeError, subject);
  }
  assert.throws(() => server.publish("a", bytes("x"), { reply: "a.*" }), TypeError);
  assert.throws(() => server.publish("a", bytes("12345")), RangeError);
});

Deno.test("D-49 a message without a subscriber is counted under its subject family", () => {
  const server = new NatsServer();
  server.publish("LOG.x", bytes("hi"));
  const family = [...server.families()].find(({ name }) => name === "LOG");
  assert.deepEqual([family?.messages, family?.bytes, family?.unrouted], [1, 2, 1]);
});

Deno.test("D-49 subject families beyond the limit share one set of counters", () => {
  const server = new NatsServer({ limits: { maxFamilies: 2 } });
  for (const subject of ["a", "b", "c", "d"]) server.publish(subject, bytes("x"));
  assert.deepEqual([...server.families()].map(({ name, messages }) => [name, messages]), [
    ["a", 1],
    ["b", 1],
    ["other", 2],
  ]);
});

Deno.test("a handler that throws is counted and logged, and the other subscribers get the message", () => {
  const server = new NatsServer();
  const handler = recorder();
  using _bad = server.subscribe("a", {
    onMessage: () => {
      throw new Error("handler at fault");
    },
  });
  using _good = server.subscribe("a", handler);
  server.publish("a", bytes("x"));
  assert.deepEqual(handler.got, ["a|||x", "end"]);
  assert.equal(server.stats.handlerErrors, 1);
});

Deno.test("pause() holds the publisher within its chunk; resume() neither loses nor repeats a message", async () => {
  await using server = await started();
  const got: string[] = [];
  const subscription = server.subscribe("a", {
    onMessage({ buffer, start, end }) {
      got.push(text(buffer.subarray(start, end)));
      if (got.length % 3 === 0) subscription.pause();
    },
  });
  await using client = await RawClient.connect(server.port);
  const messages = Array.from({ length: 10 }, (_, i) => `PUB a 1\r\n${i}\r\n`);
  await client.send(`${messages.join("")}PING\r\n`);
  for (const expected of ["012", "012345", "012345678"]) {
    while (got.length < expected.length) await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.resolve();
    assert.equal(got.join(""), expected);
    assert.ok(subscription.paused);
    subscription.resume();
  }
  await client.until(() => client.received.includes("PONG"));
  assert.equal(got.join(""), "0123456789");
  assert.ok(server.stats.holds >= 3);
});

Deno.test("D-49 pause() stops reading from a flooding publisher: memory stays bounded, nothing is lost", async () => {
  await using server = await started();
  let received = 0;
  const subscription = server.subscribe("a", { onMessage: () => void received++ });
  subscription.pause();
  await using client = await RawClient.connect(server.port);
  const batch = bytes(`PUB a 1024\r\n${"x".repeat(1024)}\r\n`.repeat(100));
  let sent = 0;
  const flood = (async () => {
    for (; sent < 300; sent++) await client.send(batch);
  })();
  for (let last = -1; last !== sent || server.stats.holds === 0;) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(received, 0);
  assert.ok(sent < 300, "30 MB fitted into the buffers: nothing held the publisher");
  subscription.resume();
  await flood;
  await client.settle();
  assert.equal(received, 30_000);
});

Deno.test("pause() does not affect other publishers and subjects", async () => {
  await using server = await started();
  const subscription = server.subscribe("full", { onMessage() {} });
  subscription.pause();
  await using held = await RawClient.connect(server.port);
  await held.send("PUB full 1\r\nx\r\n");
  await using client = await RawClient.connect(server.port);
  await client.send("SUB free 1\r\nPUB free 1\r\nx\r\n");
  await client.settle();
  assert.equal(client.take(), "MSG free 1 1\r\nx\r\n");
});

Deno.test("pause() of one member of a queue group sends its messages to the other", () => {
  const server = new NatsServer();
  let open = 0;
  const full = server.subscribe("a", { onMessage: () => assert.fail("it is full") }, {
    queue: "q",
  });
  using _ = server.subscribe("a", { onMessage: () => void open++ }, { queue: "q" });
  full.pause();
  for (let i = 0; i < 50; i++) server.publish("a", bytes("x"));
  assert.equal(open, 50);
});

Deno.test("unsubscribe() of a paused subscriber continues its publisher", async () => {
  await using server = await started();
  const subscription = server.subscribe("a", { onMessage() {} });
  subscription.pause();
  await using client = await RawClient.connect(server.port);
  await client.send("PUB a 1\r\nx\r\n");
  while (server.stats.holds === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  subscription.unsubscribe();
  subscription.unsubscribe();
  await client.settle();
  assert.equal(server.hasSubscribers("a"), false);
});

Deno.test("request() returns a client's reply", async () => {
  await using server = await started();
  await using client = await RawClient.connect(server.port);
  await client.send("SUB svc 1\r\n");
  await client.settle();
  client.take();
  const answer = server.request("svc", bytes("?"), { timeoutMs: 5_000 });
  await client.until(() => client.received.includes("?\r\n"));
  const [, reply] = /^MSG svc 1 (\S+) 1/.exec(client.received)!;
  await client.send(`PUB ${reply} 2\r\nok\r\n`);
  assert.equal(text(await answer), "ok");
});

Deno.test("request() rejects when there is no subscriber, at its timeout, and when aborted", async () => {
  const clock = manualClock();
  const server = new NatsServer({ clock });
  await assert.rejects(
    server.request("svc", bytes("?"), { timeoutMs: 1_000 }),
    (error) => hasCode(error, "nats_no_responders"),
  );
  using _ = server.subscribe("svc", { onMessage() {} });
  const late = assert.rejects(
    server.request("svc", bytes("?"), { timeoutMs: 1_000 }),
    (error) => hasCode(error, "deadline_exceeded"),
  );
  await clock.advance(1_000);
  await late;
  const controller = new AbortController();
  const aborted = assert.rejects(
    server.request("svc", bytes("?"), { timeoutMs: 1_000, signal: controller.signal }),
    /enough/,
  );
  controller.abort(new Error("enough"));
  await aborted;
  const closed = assert.rejects(
    server.request("svc", bytes("?"), { timeoutMs: 1_000 }),
    (error) => hasCode(error, "closed"),
  );
  await server.close();
  await closed;
  assert.equal(clock.pending, 0);
});
