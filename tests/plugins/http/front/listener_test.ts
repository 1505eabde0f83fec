import assert from "node:assert/strict";
import http2 from "node:http2";
import type { RequestHandler } from "../../../../plugins/http/front/mod.ts";
import { type BareListener, listening, RawClient, textResponse, until } from "../_kit.ts";

const ok = () => Promise.resolve(textResponse("ok"));
const port = ({ listener }: BareListener) => listener.port;
const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

Deno.test("HttpListener gives the handler the peer", async () => {
  const peers: unknown[] = [];
  await using kit = listening((_, { peer }) => {
    peers.push(peer);
    return ok();
  });
  await (await fetch(`http://127.0.0.1:${kit.listener.port}/`)).text();
  assert.deepEqual(peers, [{ hostname: "127.0.0.1", isLoopback: true }]);
});

Deno.test("D-89 a connection that dribbles its header is cut after the header timeout", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  await client.send("GET / HTTP/1.1\r\nHost: x\r\n");
  await until("accepted", () => kit.stats.connections === 1 && kit.clock.pending > 0);
  await kit.clock.advance(9_999);
  await client.send("X-Slow: 1\r\n");
  assert.equal(kit.stats.connections, 1);
  await kit.clock.advance(1);
  assert.equal(await client.receive(), "");
  await until("gone", () => kit.stats.connections === 0);
  assert.equal(kit.rejected("header_timeout"), 1);
});

Deno.test("D-89 a connection without a request is cut after the idle timeout", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  await client.send(get);
  assert.match(await client.receive("ok"), /^HTTP\/1.1 200 OK/);
  await until("idle", () => kit.clock.pending > 0);
  await kit.clock.advance(59_999);
  assert.equal(kit.stats.connections, 1);
  await client.send("GET / HTT");
  await kit.clock.advance(1);
  assert.equal(await client.receive(), "");
  assert.equal(kit.rejected("idle_timeout"), 1);
});

Deno.test("HttpListener does not cut a connection with a request in progress", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  await using kit = listening(() => {
    onCall();
    return promise;
  });
  using client = await RawClient.open(kit.listener.port);
  await client.send(get);
  await called;
  await kit.clock.advance(3_600_000);
  resolve(textResponse("late"));
  assert.match(await client.receive("late"), /200 OK/);
});

Deno.test("HttpListener serves several requests on one connection, each within its own time", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  for (let round = 0; round < 3; round++) {
    await client.send(get);
    assert.match(await client.receive("ok"), /200 OK/);
    await until("idle", () => kit.clock.pending > 0);
    await kit.clock.advance(50_000);
  }
  assert.equal(kit.stats.accepted, 1);
});

Deno.test("HttpListener gives up an answer that its client does not read", async () => {
  const chunk = new Uint8Array(65_536);
  const { promise: cancelled, resolve: onCancel } = Promise.withResolvers<void>();
  const endless = () =>
    new ReadableStream({ pull: (stream) => stream.enqueue(chunk), cancel: () => onCancel() });
  await using kit = listening(() => Promise.resolve(new Response(endless())));
  using client = await RawClient.open(kit.listener.port);
  await client.send(get);
  await until("stuck", () => kit.clock.pending > 0);
  while (kit.rejected("write_timeout") === 0) await kit.clock.advance(1_000);
  await cancelled;
  await until("gone", () => kit.stats.connections === 0);
});

/** A handler whose first request waits for the test, and answers others at once. */
function firstWaits() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  let isFirst = true;
  const handler: RequestHandler = (_, { isProbeOnly }) => {
    if (!isFirst) return Promise.resolve(textResponse(`probe only: ${isProbeOnly}`));
    isFirst = false;
    onCall();
    return promise;
  };
  return { handler, called, resolve };
}

Deno.test("D-89 the connection that has been idle longest gives way to a new one", async () => {
  await using kit = listening(ok, { maxConnections: 2 });
  const clients: RawClient[] = [];
  using _first = clients[0] = await RawClient.open(port(kit));
  await until("first accepted", () => kit.stats.connections === 1);
  using _second = clients[1] = await RawClient.open(port(kit));
  await until("second accepted", () => kit.stats.connections === 2);
  // The first is used again, so the second has been idle longer.
  await clients[0].send(get);
  await clients[0].receive("ok");
  await until("first idle", () => kit.stats.accepted === 2 && kit.clock.pending === 2);
  await kit.clock.advance(250);
  using third = await RawClient.open(port(kit));
  assert.equal(await clients[1].receive(), "");
  await third.send(get);
  assert.match(await third.receive("ok"), /200 OK/);
  await clients[0].send(get);
  assert.match(await clients[0].receive("ok"), /200 OK/);
  assert.equal(kit.rejected("idle_evicted"), 1);
  assert.equal(kit.stats.connections, 2);
});

Deno.test("HttpListener keeps a new connection until its first request could be read", async () => {
  const handler: RequestHandler = (_, { isProbeOnly }) =>
    Promise.resolve(textResponse(`probe only: ${isProbeOnly}`));
  await using kit = listening(handler, { maxConnections: 1 });
  using first = await RawClient.open(port(kit));
  using second = await RawClient.open(port(kit));
  await first.send(get);
  assert.match(await first.receive("probe only: false"), /200 OK/);
  await second.send(get);
  assert.match(await second.receive("probe only: true"), /200 OK/);
  assert.equal(kit.rejected("idle_evicted"), 0);
});

Deno.test("D-89 a connection beyond the bound may only bring a probe when no other is idle", async () => {
  const { handler, called, resolve } = firstWaits();
  await using kit = listening(handler, { maxConnections: 1 });
  using first = await RawClient.open(port(kit));
  await first.send(get);
  await called;
  for (let round = 0; round < 3; round++) {
    using probe = await RawClient.open(port(kit));
    await probe.send("GET /probe HTTP/1.1\r\nHost: x\r\n\r\n");
    const [head, body] = (await probe.receive()).split("\r\n\r\n");
    assert.match(head, /^HTTP\/1.1 200 OK\r\n[^]*connection: close/);
    assert.equal(body, "probe only: true");
  }
  for (
    const request of [`POST${get.slice(3)}`, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "rubbish\r\n\r\n"]
  ) {
    using other = await RawClient.open(port(kit));
    await other.send(request);
    const [head, body] = (await other.receive()).split("\r\n\r\n");
    assert.match(head, /^HTTP\/1.1 503 /);
    assert.equal(Number(/content-length: (\d+)/.exec(head)![1]), body.length);
    assert.deepEqual(JSON.parse(body), { error: "too many connections", code: "connection_limit" });
  }
  resolve(textResponse("late"));
  assert.match(await first.receive("late"), /200 OK/);
});

Deno.test("D-89 connections that bring nothing do not fill the probe lane", async () => {
  const { handler, called, resolve } = firstWaits();
  await using kit = listening(handler, { maxConnections: 1 });
  using first = await RawClient.open(port(kit));
  await first.send(get);
  await called;
  const silent = await Promise.all(Array.from({ length: 40 }, () => RawClient.open(port(kit))));
  await until("all accepted", () => kit.stats.accepted === 41);
  assert.equal(kit.stats.connections, 17);
  {
    using probe = await RawClient.open(port(kit));
    await probe.send(get);
    assert.match(await probe.receive(), /200 OK[^]*probe only: true$/);
  }
  await until("the probe has ended", () => kit.stats.connections === 16);
  await kit.clock.advance(2_000);
  await until("the silent ones are closed", () => kit.stats.connections === 1);
  for (const client of silent) client[Symbol.dispose]();
  resolve(textResponse("late"));
  assert.match(await first.receive("late"), /200 OK/);
});

Deno.test("HttpListener serves on after garbage, TLS and half a preface", async () => {
  await using kit = listening(ok);
  for (
    const text of ["\x16\x03\x01\x02\x00\x01\x00", "\x00\x01\x02rubbish\r\n\r\n", "PRI * HTTP/2.0"]
  ) {
    using client = await RawClient.open(kit.listener.port);
    await client.send(text);
    if (text.startsWith("PRI")) continue;
    assert.match(await client.receive(), text.startsWith("\x16") ? /^$/ : /^HTTP\/1.1 400 /);
  }
  assert.equal(kit.rejected("tls_unavailable"), 1);
  assert.equal(await (await fetch(`http://127.0.0.1:${kit.listener.port}/`)).text(), "ok");
});

Deno.test("HttpListener answers HTTP/1.0 and closes", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  await client.send("GET / HTTP/1.0\r\n\r\n");
  assert.match(await client.receive(), /^HTTP\/1.0 200 OK[^]*ok$/);
});

Deno.test("HttpListener on all addresses of IPv6 sees an IPv4 loopback peer as loopback", async () => {
  const peers: boolean[] = [];
  await using kit = listening((_, { peer }) => {
    peers.push(peer.isLoopback);
    return ok();
  }, { hostname: "::" });
  for (const host of ["127.0.0.1", "[::1]"]) {
    await (await fetch(`http://${host}:${kit.listener.port}/`)).text();
  }
  assert.deepEqual(peers, [true, true]);
});

Deno.test("HttpListener refuses a direct request to its inner port", async () => {
  let served = 0;
  await using kit = listening(() => {
    served++;
    return ok();
  });
  const response = await fetch(`http://127.0.0.1:${kit.listener.innerPort}/`);
  assert.equal(response.status, 403);
  await response.text();
  assert.equal(served, 0);
});

Deno.test("the request's signal aborts when the client goes away", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  await using kit = listening((_request, { signal }) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    onCall();
    return new Promise(() => undefined);
  });
  {
    using client = await RawClient.open(kit.listener.port);
    await client.send(get);
    await called;
  }
  await gone;
});

Deno.test("D-REST-11 close() lets a request in progress finish and refuses new connections", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  await using kit = listening(() => {
    onCall();
    return promise;
  });
  let closing: Promise<void>;
  {
    using client = await RawClient.open(kit.listener.port);
    await client.send(get);
    await called;
    closing = kit.listener.close(new AbortController().signal);
    // A connection that was being opened when the port closed is reset, a later one refused.
    await assert.rejects(async () => {
      for (let attempt = 0; attempt < 100; attempt++) {
        using late = await RawClient.open(kit.listener.port);
        await late.receive();
      }
    }, Deno.errors.ConnectionRefused);
    resolve(textResponse("last"));
    assert.match(await client.receive(), /200 OK[^]*last$/);
  }
  await closing;
});

Deno.test("close() waits a second at most for a client that has its answer and does not close", async () => {
  await using kit = listening(ok);
  using client = await RawClient.open(kit.listener.port);
  await client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(await client.receive(), /200 OK[^]*ok$/);
  const closing = kit.listener.close(new AbortController().signal);
  await kit.clock.advance(1_000);
  await closing;
});

Deno.test("close() ends idle connections of both protocols without waiting for its signal", async () => {
  await using kit = listening(ok);
  const url = `http://127.0.0.1:${kit.listener.port}/`;
  using h2c = Deno.createHttpClient({ http1: false, http2: true });
  await (await fetch(url)).text();
  await (await fetch(url, { client: h2c })).text();
  assert.equal(kit.stats.connections, 2);
  await kit.listener.close(new AbortController().signal);
  assert.equal(kit.stats.connections, 0);
});

Deno.test("close() ends connections that have sent nothing or half a header", async () => {
  await using kit = listening(ok);
  const clients = await Promise.all([RawClient.open(port(kit)), RawClient.open(port(kit))]);
  await clients[1].send("GET / HTTP/1.1\r\nHo");
  await until("carried", () => kit.clock.pending === 2);
  const closing = kit.listener.close(new AbortController().signal);
  for (const client of clients) {
    assert.equal(await client.receive(), "");
    client[Symbol.dispose]();
  }
  await closing;
});

Deno.test("close() cuts a handler that never returns when its signal aborts", async () => {
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  await using kit = listening(() => {
    onCall();
    return new Promise(() => undefined);
  });
  using client = await RawClient.open(kit.listener.port);
  await client.send(get);
  await called;
  const cut = new AbortController();
  const closing = kit.listener.close(cut.signal);
  cut.abort();
  await closing;
  assert.equal(await client.receive(), "");
});

Deno.test("close() cuts a stream that never ends when its signal aborts", async () => {
  const { promise: cancelled, resolve: onCancel } = Promise.withResolvers<void>();
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode("first")),
    cancel: () => onCancel(),
  });
  await using kit = listening(() => Promise.resolve(new Response(body)));
  using client = await RawClient.open(kit.listener.port);
  await client.send(get);
  await client.receive("first");
  const cut = new AbortController();
  const closing = kit.listener.close(cut.signal);
  cut.abort();
  await closing;
  await cancelled;
});

Deno.test("HttpListener closes its port and connections when it is disposed of", async () => {
  let port: number;
  {
    await using kit = listening(ok);
    ({ port } = kit.listener);
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
  }
  await assert.rejects(
    Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("close() may be called twice", async () => {
  await using kit = listening(ok);
  const { signal } = new AbortController();
  await Promise.all([kit.listener.close(signal), kit.listener.close(signal)]);
});

Deno.test("unread answers: of the connections that do not read, the longest stalled gives way", async () => {
  const chunk = new Uint8Array(65_536);
  const endless = () => new ReadableStream({ pull: (stream) => stream.enqueue(chunk) });
  await using kit = listening(() => Promise.resolve(new Response(endless())), {
    maxConnections: 64,
  });
  const clients: RawClient[] = [];
  for (let count = 0; count < 40; count++) {
    const client = await RawClient.open(port(kit));
    clients.push(client);
    await client.send(get);
  }
  await until("a part is closed", async () => {
    await kit.clock.advance(250);
    return kit.rejected("stalled_evicted") >= 8;
  });
  assert.equal(kit.stats.connections, 32);
  assert.equal(kit.rejected("write_timeout"), 0);
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("unread answers: an HTTP/2 stream whose window stays closed is aborted after the write timeout", async () => {
  await using kit = listening(() => Promise.resolve(new Response(new Uint8Array(1_000_000))));
  const client = http2.connect(`http://127.0.0.1:${kit.listener.port}`, {
    settings: { initialWindowSize: 0 },
  });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  client.on("close", resolve);
  client.on("error", () => "the server closes the connection");
  const stream = client.request({ ":path": "/" });
  stream.on("error", () => "closed with its connection");
  const answered = new Promise((resolve) => stream.on("response", resolve));
  stream.resume();
  stream.end();
  await answered;
  await kit.clock.advance(29_999);
  assert.equal(kit.stats.connections, 1);
  await kit.clock.advance(1);
  await closed;
  assert.equal(kit.rejected("write_timeout"), 1);
});
