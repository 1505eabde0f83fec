import assert from "node:assert/strict";
import { tempDir } from "../../_support/temp_dir.ts";
import { httpToken } from "../../../plugins/http/mod.ts";
import { type Product, product } from "../_product.ts";

const path = "/api/v1/_operations/event/subscriptions";
const up = { localEventName: ["Up"], localNfId: ["n1"] };

async function call(
  { url }: Product,
  method: string,
  { id = "", body }: { id?: string; body?: unknown } = {},
): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`${url}${path}${id && `/${id}`}`, {
    method,
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const type = response.headers.get("content-type");
  return { status: response.status, text: await response.text(), type };
}

const json = "application/json";
const unknown = {
  status: 404,
  text: '{"error":"Subscription ID does not exist."}\n',
  type: json,
};

Deno.test("subscriptions() answers with the bodies of the contract", async () => {
  await using cim = await product();
  assert.deepEqual(await call(cim, "GET"), { status: 200, text: "{}\n", type: json });
  const posted = await call(cim, "POST", { body: up });
  assert.deepEqual([posted.status, posted.type], [200, json]);
  assert.match(posted.text, /^\{"subscriptionId":"[1-9][0-9]{5}"\}\n$/);
  const id = JSON.parse(posted.text).subscriptionId;
  const changed = { localEventName: ["Down"], nfNamingCode: [] };
  assert.deepEqual(await call(cim, "PUT", { id, body: changed }), {
    status: 200,
    text: '"subscribed event updated successfully"\n',
    type: json,
  });
  assert.deepEqual(await call(cim, "GET"), {
    status: 200,
    text: `{"${id}":{"localEventName":["Down"]}}\n`,
    type: json,
  });
  assert.deepEqual(await call(cim, "DELETE", { id }), { status: 204, text: "", type: null });
  assert.equal((await call(cim, "GET")).text, "{}\n");
});

Deno.test("subscriptions() refuses an unknown id and a bad body in the words of the contract", async () => {
  await using cim = await product();
  assert.deepEqual(await call(cim, "DELETE", { id: "123456" }), unknown);
  assert.deepEqual(await call(cim, "PUT", { id: "123456", body: "{" }), unknown);
  assert.deepEqual(await call(cim, "POST", { body: "{" }), {
    status: 400,
    text: '{"error":"Invalid request body."}\n',
    type: json,
  });
  assert.equal((await call(cim, "GET")).text, "{}\n");
});

Deno.test("D-12: subscriptions() refuses the body null with POST and PUT", async () => {
  await using cim = await product();
  const { subscriptionId: id } = JSON.parse((await call(cim, "POST", { body: up })).text);
  for (const method of ["POST", "PUT"]) {
    const answer = await call(cim, method, { id: method === "PUT" ? id : "", body: "null" });
    assert.deepEqual([answer.status, answer.text], [400, '{"error":"Invalid request body."}\n']);
  }
  assert.deepEqual(JSON.parse((await call(cim, "GET")).text), { [id]: up });
});

Deno.test("D-77: subscriptions() refuses a PUT without event names", async () => {
  await using cim = await product();
  const { subscriptionId: id } = JSON.parse((await call(cim, "POST", { body: up })).text);
  const answer = await call(cim, "PUT", { id, body: { localEventName: [] } });
  assert.deepEqual(answer, {
    status: 400,
    text: '{"error":"LocalEventName must not be empty."}\n',
    type: json,
  });
});

Deno.test("D-76: subscriptions() keeps the subscriptions over a restart of the agent", async () => {
  using folder = tempDir();
  let before: string;
  {
    await using cim = await product({ folder: folder.path });
    await call(cim, "POST", { body: up });
    before = (await call(cim, "GET")).text;
  }
  await using cim = await product({ folder: folder.path });
  assert.notEqual(before, "{}\n");
  assert.equal((await call(cim, "GET")).text, before);
});

Deno.test("D-93: subscriptions() serves its routes before the application registers, to loopback only", async () => {
  await using cim = await product();
  const routes = cim.agent.get(httpToken).routes.filter(({ owner }) => owner === "subscriptions");
  assert.deepEqual(
    routes.map(({ method, access }) => `${method} ${access}`).sort(),
    ["DELETE loopback", "GET loopback", "POST loopback", "PUT loopback"],
  );
  assert.equal((await call(cim, "GET")).status, 200);
});

Deno.test("subscriptions() refuses more subscriptions than it may keep, and a body that is too large", async () => {
  await using cim = await product({ env: { CIM_SUBSCRIPTIONS_MAX_SUBSCRIPTIONS: "1" } });
  assert.equal((await call(cim, "POST", { body: up })).status, 200);
  const refused = await call(cim, "POST", { body: { localEventName: ["Other"] } });
  assert.equal(refused.status, 503);
  assert.match(refused.text, /^\{"error":"Cannot subscribe: there are 1 subscriptions already; /);
  const large = { localEventName: ["x".repeat(70_000)] };
  assert.equal((await call(cim, "POST", { body: large })).status, 413);
});

Deno.test("subscriptions() is disabled without Kafka, and keeps subscriptions all the same", async () => {
  await using cim = await product();
  const status = cim.agent.status.plugin("subscriptions")!;
  assert.equal(status.state, "disabled");
  assert.match(status.reason, /no Kafka broker is configured; set "kafka.brokers"/);
  assert.equal((await call(cim, "POST", { body: up })).status, 200);
});

Deno.test("subscriptions() is disabled and says what to set when the name of the pod is unknown", async () => {
  await using cim = await product({ env: { CIM_KAFKA_BROKERS: "127.0.0.1:1", K8S_POD_ID: "" } });
  const status = cim.agent.status.plugin("subscriptions")!;
  assert.equal(status.state, "disabled");
  assert.match(status.reason, /set identity\.pod_name \(K8S_POD_ID\) or subscriptions\.group/);
});
