import assert from "node:assert/strict";
import { dayOneToken } from "../../../cim/day_one/mod.ts";
import { buildEvent } from "../../_support/wire_messages.ts";
import { eventually, product } from "../_product.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const commit = "commit-config/ns1/amf/v1/ms/amf-0";
const patch = '[{"op":"replace","path":"/x","value":1}]';

Deno.test("configPush() carries a change-set to the application and its reply to the store", async () => {
  await using cim = await product();
  await (await cim.register()).body?.cancel();
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
  assert.equal(await eventually(() => cim.get(commit)), "5");
  const response = await fetch(`${cim.url}/api/v1/config/changes`);
  const { changes } = await response.json();
  assert.equal(changes.length, 1);
  assert.equal(changes[0].verdict, "applied");
  assert.equal(changes[0].revision, 5);
});

Deno.test("G3 a change-set for cim.json alters the agent's own settings and commits", async () => {
  await using cim = await product();
  const own = (value: number) =>
    `[{"op":"replace","path":"/cimConfig/lmaas/flush_timeout","value":${value}}]`;
  await cim.put("change-set/ns1/amf/v1/ms/cim.json/3", own(5));
  assert.equal(await eventually(() => cim.get(commit)), "3");
  await cim.put("change-set/ns1/amf/v1/ms/cim.json/4", own(4));
  await eventually(async () => await cim.get(commit) === "-1");
});

Deno.test("D-5 metrics are empty when enable_kpi is false, and pushing works", async () => {
  const mounted = JSON.stringify({ cimConfig: { cim_settings: { enable_kpi: false } } });
  await using cim = await product({ mounted });
  await (await cim.register()).body?.cancel();
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
  assert.equal(await eventually(() => cim.get(commit)), "5");
  assert.equal((await (await fetch(`${cim.url}/metrics`)).text()).includes("cim_config"), false);
});

Deno.test("D-87 the counters count what happened", async () => {
  await using cim = await product();
  await (await cim.register()).body?.cancel();
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
  await eventually(() => cim.get(commit));
  const text = await (await fetch(`${cim.url}/metrics`)).text();
  for (
    const line of [
      'cim_config_push_attempt_total{pod="amf-0"} 1',
      'cim_config_push_success_total{pod="amf-0"} 1',
      'cim_config_push_failure_total{pod="amf-0"} 0',
      'cim_commit_config_push_failure_total{pod="amf-0"} 0',
      'cim_config_resp_received_total{pod="amf-0"} 1',
      'cim_config_resp_success_total{pod="amf-0"} 1',
      'cim_nats_CONFIG_message_count{pod="amf-0"} 1',
      "cim_config_push_resyncs_total 0",
    ]
  ) assert(text.includes(line), line);
});

Deno.test("D-46 without a microservice configuration push is off and reports it", async () => {
  await using cim = await product({ env: { CIM_IDENTITY_MICROSERVICE: "" } });
  const status = cim.agent.status.plugin("config_push");
  assert.equal(status?.state, "error");
  assert.match(status?.reason ?? "", /identity\.microservice not known/);
});

Deno.test("D-41 D-48 NotConfigured before the registration leads to loadConfig, bytes unchanged", async () => {
  await using cim = await product();
  const document = '{ "amf.json": {"big": 12345678901234567890, "z": 1, "a": "\\u00e9"} }';
  cim.nats.publish("EVENT", buildEvent({ eventName: "NotConfigured", eventTime: 1n }));
  await cim.put("config/ns1/amf", document);
  const call = await eventually(() => cim.calls.find(({ path }) => path.endsWith("loadConfig")));
  assert.equal(call.body, document);
});

Deno.test("C2-27: an answered change-set is not pushed again when it is written again after a restart of the agent", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({ folder });
    await (await cim.register()).body?.cancel();
    await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
    await eventually(() => cim.get(commit));
  }
  await using cim = await product({ folder });
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/6", patch);
  await eventually(async () => await cim.get(commit) === "6");
  const pushed = cim.calls.filter(({ path }) => path === "/updateConfig");
  assert.deepEqual(pushed.map(({ body }) => JSON.parse(body).revision), ["6"]);
});

Deno.test("the status is degraded while a change-set is retried, and ok once it is delivered", async () => {
  let isDown = true;
  await using cim = await product({
    app: async (request, reply) => {
      if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
      if (isDown) return new Response(null, { status: 503 });
      reply({ ...await request.json(), status: "success" });
      return new Response();
    },
  });
  await (await cim.register()).body?.cancel();
  for (const revision of [5, 6]) {
    await cim.put(`change-set/ns1/amf/v1/ms/amf.json/${revision}`, patch);
  }
  const status = () => cim.agent.status.plugin("config_push")!;
  await eventually(() => status().reason.startsWith("2 change-sets waiting since 20"));
  assert.equal(status().state, "degraded");
  assert.match(status().reason, /amf\.json\/5 not delivered: the application answered 503$/);
  isDown = false;
  assert.equal(await eventually(async () => await cim.get(commit) === "6"), true);
  await eventually(() => status().state === "ok");
});

Deno.test("the status is degraded while change-sets wait for a registration", async () => {
  await using cim = await product();
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", patch);
  const status = () => cim.agent.status.plugin("config_push")!;
  await eventually(() => status().reason.endsWith("the application has not registered"));
  assert.equal(status().state, "degraded");
  await (await cim.register()).body?.cancel();
  await eventually(() => status().state === "ok");
});

Deno.test("T2 a first configuration with a revision is committed as start revision of level nf", async () => {
  await using cim = await product({ env: { NF_CONFIG_REVISION: "2" } });
  await cim.put("config/ns1/amf/4", "{}");
  await eventually(() => cim.agent.get(dayOneToken).revision === 4);
  await (await cim.register()).body?.cancel();
  assert.equal(await eventually(() => cim.get("commit-config/ns1/amf/v1/nf/amf-0")), "4");
});
