import assert from "node:assert/strict";
import http2 from "node:http2";
import { AgentError, defineErrors, definePlugin, storeErrors } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import {
  BufferedResponse,
  type Gate,
  http,
  httpErrors,
  HttpProblem,
  type HttpRoute,
  httpToken,
  jsonResponse,
} from "../../../plugins/http/mod.ts";
import { localkvErrors } from "../../../plugins/localkv/mod.ts";
import { echo, RawClient, routes, sample, serving, until, urlOf } from "./_kit.ts";

/** A route whose handler throws. */
function throwing(error: unknown): HttpRoute {
  return {
    method: "GET",
    path: "/",
    handler: () => {
      throw error;
    },
  };
}

Deno.test("D-89 a body over the limit is refused with 413, announced or chunked, in both protocols", async () => {
  await using kit = await serving([echo], { max_body: "1KiB" });
  using h2c = Deno.createHttpClient({ http1: false, http2: true });
  const chunked = () =>
    new ReadableStream({
      start(stream) {
        for (let sent = 0; sent < 64; sent++) stream.enqueue(new Uint8Array(64));
        stream.close();
      },
    });
  for (const client of [undefined, h2c]) {
    for (const body of ["x".repeat(1_025), chunked()]) {
      const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body, client });
      assert.equal(response.status, 413);
      assert.deepEqual(await response.json(), {
        error: "The body is larger than 1024 bytes",
        code: "body_too_large",
      });
    }
  }
  const fits = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "x".repeat(1_024) });
  assert.equal(fits.status, 200);
  await fits.body?.cancel();
  const { metrics } = kit.agent;
  assert.equal(
    sample(metrics.families(), "http_rejected_total", { reason: "body_too_large" }),
    4,
  );
});

Deno.test("D-89 an endless body is refused without waiting for its end", async () => {
  await using kit = await serving([echo]);
  using client = await RawClient.open(kit.agent.get(httpToken).port);
  await client.send(
    "POST /echo/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const block = `10000\r\n${"x".repeat(65_536)}\r\n`;
  const sending = (async () => {
    while (true) await client.send(block);
  })().catch(() => "the server has closed the connection");
  assert.match(await client.receive("}"), /^HTTP\/1.1 413 /);
  client[Symbol.dispose]();
  await sending;
});

Deno.test("a route may have a limit of its own for bodies", async () => {
  await using kit = await serving([{ ...echo, maxBodyBytes: 2 }]);
  const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "abc" });
  assert.equal(response.status, 413);
  await response.body?.cancel();
});

Deno.test("D-89 a body that does not arrive in time is answered with 408", async () => {
  let called = false;
  await using kit = await serving([{
    ...echo,
    handler: () => {
      called = true;
      return new Response();
    },
  }], { body_timeout: "5s" });
  const families = () => kit.agent.metrics.families();
  using client = await RawClient.open(kit.agent.get(httpToken).port);
  await client.send("POST /echo/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  await until("in progress", () => sample(families(), "http_requests_in_flight") === 1);
  await kit.clock.advance(5_000);
  assert.match(await client.receive("}"), /^HTTP\/1.1 408 [^]*not complete after 5000 ms/);
  assert.equal(called, false);
  assert.equal(sample(families(), "http_rejected_total", { reason: "body_timeout" }), 1);
});

Deno.test("D-89 a handler does not see a body that broke off", async () => {
  let called = false;
  await using kit = await serving([{
    ...echo,
    handler: () => {
      called = true;
      return new Response();
    },
  }]);
  const families = () => kit.agent.metrics.families();
  {
    using client = await RawClient.open(kit.agent.get(httpToken).port);
    await client.send("POST /echo/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
    await until("in progress", () => sample(families(), "http_requests_in_flight") === 1);
  }
  const labels = { reason: "body_broken" };
  await until("counted", () => sample(families(), "http_rejected_total", labels) === 1);
  assert.equal(called, false);
});

Deno.test("D-89 a request beyond the bound is answered with 503 and counted", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  const slow: HttpRoute = {
    method: "GET",
    path: "/slow",
    handler: () => {
      onCall();
      return promise;
    },
  };
  await using kit = await serving([slow], { max_requests: 1 });
  const first = fetch(urlOf(kit, "/slow"));
  await called;
  const second = await fetch(urlOf(kit, "/slow"));
  assert.equal(second.status, 503);
  assert.deepEqual(await second.json(), {
    error: "too many requests in progress",
    code: "request_limit",
  });
  resolve(new Response("done"));
  assert.equal(await (await first).text(), "done");
  const families = kit.agent.metrics.families();
  assert.equal(sample(families, "http_rejected_total", { reason: "request_limit" }), 1);
});

Deno.test("D-93 a path that is not registered yet is answered with 503 until the agent runs", async () => {
  const seen: [number, unknown][] = [];
  const asks = definePlugin({
    name: "asks",
    requires: [httpToken],
    init: ({ get }) => get(httpToken).port,
    async afterInit(port) {
      const response = await fetch(`http://127.0.0.1:${port}/later`);
      seen.push([response.status, await response.json()]);
    },
  });
  await using kit = harness({ plugins: [http(), asks], config: { rest: { port: 0 } } });
  await kit.agent.start();
  assert.deepEqual(seen, [[503, { error: "starting", code: "agent_starting" }]]);
  const after = await fetch(urlOf(kit, "/later"));
  assert.equal(after.status, 404);
  await after.body?.cancel();
});

Deno.test("http() turns what a handler throws into status and message", async () => {
  const cases: [unknown, number, unknown][] = [
    [
      new HttpProblem(httpErrors.request_limit, "Busy", { headers: { "x-by": "a" } }),
      503,
      { error: "Busy", code: "request_limit" },
    ],
    [
      new AgentError(storeErrors.store_unreachable, "Cannot read key"),
      503,
      { error: "Cannot read key", code: "store_unreachable" },
    ],
    [
      new AgentError(localkvErrors.store_corrupt, "Bad file"),
      500,
      { error: "Bad file", code: "store_corrupt" },
    ],
    [new Error("secret detail"), 500, { error: "internal error", code: "internal" }],
  ];
  for (const [error, status, body] of cases) {
    await using kit = await serving([throwing(error)]);
    const response = await fetch(urlOf(kit, "/"));
    assert.equal(response.status, status);
    assert.deepEqual(await response.json(), body);
    assert.equal(response.headers.get("x-by"), error instanceof HttpProblem ? "a" : null);
    const level = error instanceof AgentError ? "warn" : "error";
    assert.equal(kit.logs.messages(level).length, 1, `${error}`);
  }
});

Deno.test("http() refuses pages of other origins before reading their body", async () => {
  await using kit = await serving([echo]);
  const headers = { origin: "https://evil.example" };
  const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", headers, body: "hi" });
  assert.equal(response.status, 403);
  await response.body?.cancel();
});

Deno.test("http() answers 400 to a target or Host header that makes no address, or chooses the path", async () => {
  const hosts = ["a b[", "a:b", "x:99999", "x/secret?", "x#", "user@x", "x\\secret"];
  const heads = [...hosts.map((host) => ["/", host]), ["http://[/", "x"], ["http://user@x/", "x"]];
  let served = 0;
  const handler = () => {
    served++;
    return new Response();
  };
  await using kit = await serving(
    ["/", "/secret"].map((path): HttpRoute => ({ method: "GET", path, handler })),
  );
  for (const [target, host] of heads) {
    using client = await RawClient.open(kit.agent.get(httpToken).port);
    await client.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(await client.receive(), /^HTTP\/1.1 400 /, `${target} ${host}`);
  }
  assert.equal(served, 0);
  const labels = { reason: "target_invalid" };
  const rejected = sample(kit.agent.metrics.families(), "http_rejected_total", labels);
  assert.equal(rejected, heads.length);
});

Deno.test("http() asks the gates given, after the built-in ones, and answers with their refusal", async () => {
  const { token_missing } = defineErrors({
    token_missing: { retryable: false, status: 401, meaning: "None.", remedy: "Send one." },
  });
  const asked: string[] = [];
  const gate: Gate = ({ request, route }) => {
    asked.push(route.path);
    if (request.headers.get("authorization") === "Bearer good") return undefined;
    const headers = { "www-authenticate": "Bearer" };
    return { error: token_missing, message: "This path needs a token", headers };
  };
  await using kit = harness({
    plugins: [http({ gates: [gate] }), routes(echo)],
    config: { rest: { port: 0 } },
  });
  await kit.agent.start();
  const post = (headers: Record<string, string>) =>
    fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "hi", headers });
  const refused = await post({});
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("www-authenticate"), "Bearer");
  assert.deepEqual(await refused.json(), {
    error: "This path needs a token",
    code: "token_missing",
  });
  const accepted = await post({ authorization: "Bearer good" });
  assert.equal(accepted.status, 200);
  await accepted.body?.cancel();
  const foreign = await post({ origin: "https://evil.example" });
  assert.equal((await foreign.json()).code, "cross_origin");
  assert.deepEqual(asked, ["/echo/:name", "/echo/:name"]);
  const families = kit.agent.metrics.families();
  assert.equal(sample(families, "http_rejected_total", { reason: "token_missing" }), 1);
});

Deno.test("every refusal of http() has an error text and a code of the catalogue", async () => {
  await using kit = await serving([echo], { max_body: "4" });
  const cases: [string, RequestInit, keyof typeof httpErrors][] = [
    ["/nowhere", {}, "route_unknown"],
    ["/echo/x", {}, "method_not_allowed"],
    ["/echo/%ff", { method: "POST" }, "target_invalid"],
    ["/echo/x", { method: "POST", body: "12345" }, "body_too_large"],
    ["/echo/x", { method: "POST", headers: { origin: "null" } }, "cross_origin"],
  ];
  for (const [path, init, code] of cases) {
    const response = await fetch(urlOf(kit, path), init);
    assert.equal(response.status, httpErrors[code].status, code);
    const body = await response.json();
    assert.deepEqual([typeof body.error, body.code], ["string", code]);
  }
});

Deno.test("DNS rebinding: http() answers loopback-only routes only under a local host name, in both protocols", async () => {
  await using kit = await serving([echo, { ...echo, path: "/open", access: "anyone" }]);
  const { port } = kit.agent.get(httpToken);
  const post = async (path: string, host: string) => {
    using client = await RawClient.open(port);
    await client.send(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    );
    return await client.receive();
  };
  assert.match(await post("/echo/x", `localhost:${port}`), /^HTTP\/1.1 200 /);
  assert.match(await post("/echo/x", `evil.example:${port}`), /^HTTP\/1.1 403 [^]*"host_refused"/);
  assert.match(await post("/open", `evil.example:${port}`), /^HTTP\/1.1 200 /);
  using h2c = Deno.createHttpClient({ http1: false, http2: true });
  const over2 = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "hi", client: h2c });
  assert.equal(over2.status, 200);
  await over2.body?.cancel();
  const families = kit.agent.metrics.families();
  assert.equal(sample(families, "http_rejected_total", { reason: "host_refused" }), 1);
});

Deno.test("unread answers: http() counts a request until its answer has been read", async () => {
  let calls = 0;
  const large: HttpRoute = {
    method: "GET",
    path: "/large",
    handler: () => {
      calls++;
      return new BufferedResponse(new Uint8Array(8 * 2 ** 20));
    },
  };
  await using kit = await serving([large], { max_unread: "20MiB" });
  const families = () => kit.agent.metrics.families();
  const { port } = kit.agent.get(httpToken);
  const clients = await Promise.all([1, 2, 3].map(() => RawClient.open(port)));
  for (const [at, client] of clients.entries()) {
    await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    await until("answered", () => calls === at + 1);
  }
  assert.match(await clients[2].receive(), /^HTTP\/1.1 503 [^]*"request_limit"/);
  assert.equal(sample(families(), "http_unread_bytes"), 16 * 2 ** 20);
  assert.equal(sample(families(), "http_requests_in_flight"), 2);
  assert.equal((await clients[0].receive()).length > 8 * 2 ** 20, true);
  await until("read", () => sample(families(), "http_unread_bytes") === 8 * 2 ** 20);
  clients.forEach((client) => client[Symbol.dispose]());
  await until("closed", () => sample(families(), "http_unread_bytes") === 0);
  await until("ended", () => sample(families(), "http_requests_in_flight") === 0);
});

/** A route that waits for the test, a probe and another route. */
function slowProbeAndOther() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<void>();
  const slow: HttpRoute["handler"] = () => {
    onCall();
    return promise;
  };
  const list: HttpRoute[] = [
    { method: "GET", path: "/slow", handler: slow },
    { method: "GET", path: "/probe", isProbe: true, handler: () => jsonResponse({ state: 1 }) },
    { method: "GET", path: "/other", handler: () => jsonResponse({}) },
  ];
  return { list, called, resolve };
}

Deno.test("probes cannot be starved: http() answers a probe beyond the limits of requests and connections", async () => {
  for (const limit of ["max_requests", "max_connections"]) {
    const { list, called, resolve } = slowProbeAndOther();
    await using kit = await serving(list, { [limit]: 1 });
    const slow = fetch(urlOf(kit, "/slow"));
    await called;
    for (let round = 0; round < 3; round++) {
      const probe = await fetch(urlOf(kit, "/probe"));
      assert.deepEqual([probe.status, await probe.json()], [200, { state: 1 }], limit);
    }
    const other = await fetch(urlOf(kit, "/other"));
    assert.equal(other.status, 503, limit);
    await other.body?.cancel();
    resolve(new Response("done"));
    assert.equal(await (await slow).text(), "done");
  }
});

Deno.test("unread answers: http() closes a connection that leaves many unread when the server is full", async () => {
  await using kit = await serving([
    { method: "GET", path: "/probe", isProbe: true, handler: () => jsonResponse({ state: 1 }) },
  ], { max_requests: 20 });
  const families = () => kit.agent.metrics.families();
  const client = http2.connect(urlOf(kit, ""), { settings: { initialWindowSize: 0 } });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  client.on("close", resolve);
  client.on("error", () => "the server closes the connection");
  for (let count = 0; count < 100; count++) {
    const stream = client.request({ ":path": "/probe" });
    stream.on("error", () => "closed with its connection");
    stream.end();
  }
  await closed;
  assert.equal(sample(families(), "http_rejected_total", { reason: "unread_limit" }), 1);
  await until("released", () => sample(families(), "http_requests_in_flight") === 0);
  const probe = await fetch(urlOf(kit, "/probe"));
  assert.deepEqual(await probe.json(), { state: 1 });
});
