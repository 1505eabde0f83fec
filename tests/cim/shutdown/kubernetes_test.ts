import assert from "node:assert/strict";
import { fakeKubernetes, fakePod } from "../../_support/fake_kubernetes.ts";
import { until } from "../../_support/until.ts";
import { product } from "../_product.ts";

Deno.test("D-101 an agent in Kubernetes only reads pods, from its start to its end, and its pod stays", async () => {
  await using api = await fakeKubernetes();
  const tmaas = {
    ...{ vendorId: "v", xgvelaId: "x", nfClass: "c", nfType: "AMF", nfId: "n" },
    ...{ nfServiceId: "s", nfServiceType: "amf" },
  };
  const annotations = { svcVersion: "v1", "xgvela.com/tmaas": JSON.stringify(tmaas) };
  api.put("pods", fakePod("amf-0", { labels: { microSvcName: "amf" }, annotations }));
  {
    await using cim = await product({ env: api.env });
    assert.equal((await cim.register()).status, 200);
    await until("the pod is followed", () => api.watches === 1);
    await until("the ConfigMap", () => api.requests.some(({ method }) => method === "POST"));
  }
  const changes = api.requests.filter(({ method }) => method !== "GET");
  assert.deepEqual(
    changes.map(({ method, path }) => `${method} ${path}`),
    ["POST /api/v1/namespaces/ns1/configmaps"],
  );
  assert(api.get("pods", "ns1", "amf-0"), "the pod is still there");
});
