/** Marked secrets in configuration, settings and URLs of a running agent, through every route and /metrics. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { httpToken } from "../../plugins/http/mod.ts";
import { type Product, product } from "../cim/_product.ts";

/** Text that appears nowhere else. */
const mark = "Zx9MARKx9Z";

/** Configuration, settings and URLs with a secret each; nothing answers at the addresses. */
const env = {
  CIM_NATS_USERS: JSON.stringify([{ user: "a", password: mark }]),
  CIM_REGISTRATION_APIGW_PASSWORD: mark,
  CIM_ETCD_ENDPOINTS: "127.0.0.1:1",
  CIM_ETCD_USERNAME: "cim",
  CIM_ETCD_PASSWORD: mark,
};
const mounted = JSON.stringify({
  cimConfig: {
    lmaas: { logging_mode: `http://user:${mark}@host`, password: mark, max_age: mark.length },
    cim_settings: { log_level: `nats://user:${mark}@host/x` },
    app_settings: { app_port: `redis://:${mark}@host` },
  },
});

async function running(): Promise<Product> {
  const cim = await product({ env, mounted });
  await (await cim.register({ container_name: "amf", container_id: "c1" })).body?.cancel();
  return cim;
}

/** Answers of routes that end by themselves. */
async function answer(cim: Product, path: string): Promise<string> {
  const response = await fetch(`${cim.url}${path}`);
  const head = JSON.stringify([...response.headers]);
  if (!path.includes("watch")) return `${head}\n${await response.text()}`;
  await response.body?.cancel();
  return head;
}

Deno.test("no GET route, probe or metrics page contains a secret of configuration, settings or URLs", async () => {
  await using cim = await running();
  const routes = cim.agent.get(httpToken).routes.filter(({ method }) => method === "GET");
  assert(routes.length >= 8, `${routes.length} routes`);
  for (const { path } of routes) {
    const text = await answer(cim, path.replace(/\*.*|:\w+/g, "some-key"));
    assert(!text.includes(mark), `${path}: ${text}`);
  }
  assert(routes.some(({ path }) => path === "/metrics"));
});

Deno.test("no status, log record or effective configuration contains a secret of configuration, settings or URLs", async () => {
  await using cim = await running();
  const records = JSON.stringify(cim.logs.entries);
  assert(records.includes("logging_mode"), "the problem of the setting is logged");
  assert(!records.includes(mark), records);
  for (const { name, reason } of cim.agent.status.agent().plugins) {
    assert(!reason.includes(mark), `${name}: ${reason}`);
  }
});

Deno.test("no error answer of a route that takes a body contains a secret of the body", async () => {
  await using cim = await running();
  const routes = cim.agent.get(httpToken).routes
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => ({ method, path: path.replace(/\*.*|:\w+/g, "/leading-slash") }));
  assert(routes.length >= 3, `${routes.length} routes`);
  const secret = fc.constantFrom(
    `nats://user:${mark}@host:1`,
    `http://u:${mark}@[`,
    `u:${mark}@host`,
  );
  const body = secret.chain((text) =>
    fc.constantFrom(
      text,
      `{"container_name":"${text}`,
      JSON.stringify({ container_name: { password: mark }, container_id: [text] }),
      JSON.stringify({ container_name: "a", container_id: "b", lmaas: { logging_mode: text } }),
      JSON.stringify({ container_name: "a", container_id: "b", lmaas: text }),
      JSON.stringify({ container_name: "a", container_id: "b", app_settings: { app_port: text } }),
      JSON.stringify([text]),
    )
  );
  const refused = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async ({ method, path }, body) => {
      const response = await fetch(`${cim.url}${path}`, { method, body });
      const text = await response.text();
      // A registration that succeeds gets the password of the API gateway, as the contract asks.
      if (response.ok) return;
      refused.add(`${method} ${path}`);
      assert(!text.includes(mark), `${method} ${path} ${body}: ${text}`);
    }),
    { numRuns: 100 },
  );
  assert(refused.size >= 3, [...refused].join());
});
