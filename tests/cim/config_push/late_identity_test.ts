import assert from "node:assert/strict";
import { fakeKubernetes, fakePod, refusal } from "../../_support/fake_kubernetes.ts";
import { until } from "../../_support/until.ts";
import { product } from "../_product.ts";

Deno.test("C2-35: configuration push begins when Kubernetes names the service after the start", async () => {
  await using api = await fakeKubernetes();
  api.put(
    "pods",
    fakePod("amf-0", {
      labels: { microSvcName: "amf" },
      annotations: { svcVersion: "v1" },
    }),
  );
  api.fault = () => refusal(503);
  await using cim = await product({
    env: {
      ...api.env,
      CIM_IDENTITY_MICROSERVICE: "",
      CIM_IDENTITY_VERSION: "",
      MS_CONFIG_REVISION: "4",
    },
  });
  const status = (name: string) => cim.agent.status.plugin(name)!;
  assert.match(status("config_push").reason, /push is off: identity\.microservice not known/);
  assert.equal(status("day_one").state, "disabled");
  await (await cim.register()).body?.cancel();
  await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", "[]");
  await cim.put("config/ns1/amf", '{"amf.json":{}}');
  api.fault = undefined;
  await until("the push", () => cim.calls.some(({ path }) => path === "/updateConfig"));
  await until("the commit", async () => await cim.get("commit-config/ns1/amf/v1/ms/amf-0") === "5");
  await until("it is ok", () => status("config_push").state === "ok");
  assert.equal(status("day_one").state, "ok");
});
