import assert from "node:assert/strict";
import { definePlugin, hasCode } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { http, type HttpRoute, httpToken, jsonResponse } from "../../../plugins/http/mod.ts";
import { echo, sample, serving, urlOf } from "./_kit.ts";

Deno.test("http() answers a route with its parameters and body", async () => {
  await using kit = await serving([echo]);
  const response = await fetch(urlOf(kit, "/echo/a%20b"), { method: "POST", body: "hi" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.deepEqual(await response.json(), { name: "a b", body: "hi" });
});

Deno.test("http() takes a body whatever its content type says", async () => {
  await using kit = await serving([echo]);
  for (const type of ["text/plain;charset=ISO-8859-1", "application/json", "rubbish"]) {
    const headers = { "content-type": type };
    const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", headers, body: "{}" });
    assert.deepEqual(await response.json(), { name: "x", body: "{}" });
  }
});

Deno.test("http() answers HTTP/2 with prior knowledge on the same port", async () => {
  await using kit = await serving([echo]);
  using client = Deno.createHttpClient({ http1: false, http2: true });
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const body = `${index}`.repeat(10_000);
      const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body, client });
      return (await response.json()).body === body;
    }),
  );
  assert(answers.every(Boolean));
  assert.equal(sample(kit.agent.metrics.families(), "http_connections_total"), 1);
});

Deno.test("http() answers 404 for an unknown path and 405 with Allow for a wrong method", async () => {
  await using kit = await serving([echo]);
  const unknown = await fetch(urlOf(kit, "/nowhere"));
  assert.equal(unknown.status, 404);
  assert.deepEqual(await unknown.json(), { error: "No such path", code: "route_unknown" });
  const wrong = await fetch(urlOf(kit, "/echo/x"), { method: "DELETE" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "POST");
  await wrong.body?.cancel();
});

Deno.test("http() answers HEAD with the head of GET", async () => {
  const get: HttpRoute = { method: "GET", path: "/a", handler: () => jsonResponse({ a: 1 }) };
  await using kit = await serving([get]);
  const response = await fetch(urlOf(kit, "/a"), { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-length"), "7");
  assert.equal(await response.text(), "");
});

Deno.test("D-REST-1 http() fails with address_in_use and names the key when the port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const kit = harness({ plugins: [http()], config: { rest: { port } } });
  await assert.rejects(kit.agent.start(), (error: Error) => {
    assert(hasCode(error, "address_in_use"));
    assert.match(error.message, new RegExp(`127.0.0.1:${port}.*rest\\.port`));
    return true;
  });
});

Deno.test("http() fails with address_unavailable when the host is not this machine's", async () => {
  const kit = harness({ plugins: [http()], config: { rest: { port: 0, host: "192.0.2.1" } } });
  await assert.rejects(kit.agent.start(), (error: Error) => {
    assert(hasCode(error, "address_unavailable"));
    assert.match(error.message, /rest\.host/);
    return true;
  });
});

Deno.test("http() listens on loopback, and on all interfaces inside Kubernetes", async () => {
  const cases: [Record<string, string>, string][] = [
    [{}, "127.0.0.1"],
    [{ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, "0.0.0.0"],
    [{ KUBERNETES_SERVICE_HOST: "10.0.0.1", CIM_REST_HOST: "127.0.0.2" }, "127.0.0.2"],
  ];
  for (const [env, hostname] of cases) {
    await using kit = harness({
      plugins: [http()],
      config: { rest: { port: 0 } },
      env,
      envPrefix: "CIM_",
    });
    await kit.agent.start();
    const entry = kit.logs.entries.find(({ message }) => message === "Listening")!;
    assert.deepEqual(entry.fields.hostname, hostname);
  }
});

/** An address of this machine that is not loopback. */
const ownAddress = Deno.networkInterfaces()
  .find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))?.address;

Deno.test({
  name: "D-89 a peer on the network gets open routes, and 403 for all others",
  ignore: ownAddress === undefined,
  async fn() {
    const open: HttpRoute = {
      method: "GET",
      path: "/open",
      access: "anyone",
      handler: ({ remote }) => jsonResponse(remote),
    };
    await using kit = await serving([echo, open], { host: "0.0.0.0" });
    const base = `http://${ownAddress}:${kit.agent.get(httpToken).port}`;
    const served = await fetch(`${base}/open`);
    assert.deepEqual(await served.json(), { hostname: ownAddress, isLoopback: false });
    const refused = await fetch(`${base}/echo/x`, { method: "POST", body: "hi" });
    assert.equal(refused.status, 403);
    assert.deepEqual(await refused.json(), {
      error: "This path is answered to loopback peers only",
      code: "loopback_only",
    });
    const families = kit.agent.metrics.families();
    assert.equal(sample(families, "http_rejected_total", { reason: "loopback_only" }), 1);
    const near = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "hi" });
    assert.equal(near.status, 200);
    await near.body?.cancel();
  },
});

/** An agent with one request in progress, and the function that answers it. */
async function withRequestInProgress() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const { promise: called, resolve: onCall } = Promise.withResolvers<AbortSignal>();
  const kit = await serving([{
    method: "GET",
    path: "/",
    handler({ request }) {
      onCall(request.signal);
      return promise;
    },
  }]);
  const answer = fetch(urlOf(kit, "/"));
  return { kit, answer, resolve, signal: await called };
}

Deno.test("D-REST-11 stopping the agent lets a request in progress finish", async () => {
  const { kit, answer, resolve, signal } = await withRequestInProgress();
  const stopped = kit.agent.stop();
  assert.equal(signal.aborted, false);
  resolve(new Response("last"));
  assert.equal(await (await answer).text(), "last");
  await stopped;
});

Deno.test("D-REST-11 stopping the agent cuts a request that outlasts the drain budget", async () => {
  const { kit, answer, signal } = await withRequestInProgress();
  const refused = assert.rejects(answer);
  const stopped = kit.agent.stop({ budget: 1_000 });
  await kit.clock.advance(1_000);
  await stopped;
  await refused;
  assert(signal.aborted);
});

Deno.test("routes lists every route with its owner", async () => {
  await using kit = await serving([echo, { ...echo, path: "/a", access: "anyone" }]);
  assert.deepEqual(kit.agent.get(httpToken).routes, [
    { owner: "routes", method: "POST", path: "/a", access: "anyone" },
    { owner: "routes", method: "POST", path: "/echo/:name", access: "loopback" },
  ]);
});

Deno.test("handle() answers every method of a path with a web handler, except where a route does", async () => {
  const own = definePlugin({
    name: "own",
    requires: [httpToken],
    init({ name, get }) {
      get(httpToken).handle(name, {
        path: "/files/*",
        handler: async (request) =>
          new Response(
            `${request.method} ${new URL(request.url).pathname} ${await request.text()}`,
          ),
      });
      get(httpToken).route(name, {
        method: "DELETE",
        path: "/files/*",
        handler: () => jsonResponse({ deleted: true }),
      });
    },
  });
  await using kit = harness({ plugins: [http(), own], config: { rest: { port: 0 } } });
  await kit.agent.start();
  const text = async (method: string, body?: string) => {
    const response = await fetch(urlOf(kit, "/files/a/b"), { method, body });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await text("GET"), [200, "GET /files/a/b "]);
  assert.deepEqual(await text("POST", "hi"), [200, "POST /files/a/b hi"]);
  assert.deepEqual(await text("HEAD"), [200, ""]);
  assert.deepEqual(await text("DELETE"), [200, '{"deleted":true}']);
  assert.equal((await text("PROPFIND"))[0], 405);
  assert.deepEqual(kit.agent.get(httpToken).routes, [
    { owner: "own", method: "DELETE", path: "/files/*", access: "loopback" },
    { owner: "own", method: "any", path: "/files/*", access: "loopback" },
  ]);
});
