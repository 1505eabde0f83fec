import assert from "node:assert/strict";
import { HttpProblem, type HttpRoute } from "../../../../plugins/http/mod.ts";
import { NatsServer } from "../../../../plugins/nats_server/mod.ts";
import { monitoringRoutes } from "../../../../plugins/nats_server/monitoring/routes.ts";

/** Calls a route; returns the status and the body. */
async function get(routes: readonly HttpRoute[], url: string) {
  const { pathname } = new URL(url, "http://127.0.0.1");
  const route = routes.find(({ path }) => path === pathname)!;
  const request = new Request(new URL(url, "http://127.0.0.1"));
  const call = route.handler as (request: unknown) => Response | Promise<Response>;
  const response = await call({ request });
  return { status: response.status, text: await response.text() };
}

for (
  const query of [
    "connz?subs=x",
    "connz?auth=2",
    "connz?sort=size",
    "connz?sort=stop",
    "connz?state=half",
    "connz?limit=many",
    "connz?offset=1.5",
    "connz?cid=a",
    "subsz?subs=x",
    "subsz?test=a.*",
  ]
) {
  Deno.test(`monitoring refuses the query ${query}`, async () => {
    const routes = monitoringRoutes(new NatsServer().monitor);
    await assert.rejects(get(routes, `/${query}`), HttpProblem);
  });
}

for (
  const query of [
    "connz?limit=-1",
    "connz?offset=-3",
    "connz?offset=100000000",
    "connz?subs=TRUE",
    "connz?subs=Detail",
    "connz?sort=",
    "connz?state=any",
    "connz?state=CLOSED&sort=reason",
    "subsz?subs=1&test=a.b",
  ]
) {
  Deno.test(`monitoring accepts the query ${query}`, async () => {
    const { status } = await get(monitoringRoutes(new NatsServer().monitor), `/${query}`);
    assert.equal(status, 200);
  });
}

Deno.test("monitoring has an index page and counts requests per path", async () => {
  const routes = monitoringRoutes(new NatsServer().monitor);
  const { text } = await get(routes, "/");
  for (const path of ["varz", "connz", "subsz", "healthz"]) assert.match(text, new RegExp(path));
  await get(routes, "/connz");
  await get(routes, "/connz");
  const varz = JSON.parse((await get(routes, "/varz")).text);
  assert.deepEqual(varz.http_req_stats, { "/": 1, "/connz": 2, "/varz": 1 });
});
