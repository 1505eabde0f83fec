import assert from "node:assert/strict";
import { definePlugin, hasCode, type Plugin } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { http, httpToken, jsonResponse, type Route } from "../../../plugins/http/mod.ts";

/** A plugin that registers routes in its afterInit. */
function routes(...list: Route[]): Plugin {
  return definePlugin({
    name: "routes",
    requires: [httpToken],
    init: ({ get, name }) => {
      for (const route of list) get(httpToken).route(name, route);
    },
  });
}

async function started(plugins: readonly Plugin[], rest: Record<string, unknown> = {}) {
  const kit = harness({ plugins: [http(), ...plugins], config: { rest: { port: 0, ...rest } } });
  await kit.agent.start();
  return kit;
}

function urlOf({ agent }: Harness, path: string): string {
  return `http://127.0.0.1:${agent.get(httpToken).port}${path}`;
}

const echo: Route = {
  method: "POST",
  path: "/echo/:name",
  handler: async ({ request, params }) =>
    jsonResponse({ name: params.name, body: await request.text() }),
};

Deno.test("http() answers a route with its parameters and body", async () => {
  await using kit = await started([routes(echo)]);
  const response = await fetch(urlOf(kit, "/echo/a%20b"), { method: "POST", body: "hi" });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { name: "a b", body: "hi" });
});

Deno.test("http() answers HTTP/2 with prior knowledge on the same port", async () => {
  await using kit = await started([routes(echo)]);
  using client = Deno.createHttpClient({ http1: false, http2: true });
  const response = await fetch(urlOf(kit, "/echo/x"), { method: "POST", body: "h2", client });
  assert.deepEqual(await response.json(), { name: "x", body: "h2" });
});

Deno.test("http() says address_in_use and names the key when the port is taken", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const kit = harness({ plugins: [http()], config: { rest: { port } } });
  await assert.rejects(kit.agent.start(), (error: Error) => {
    assert(hasCode(error, "address_in_use"));
    assert.match(error.message, new RegExp(`127.0.0.1:${port}.*rest\\.port`));
    return true;
  });
});
