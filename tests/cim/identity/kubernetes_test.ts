import assert from "node:assert/strict";
import { createAgent, sourcesFrom } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { kubernetes } from "../../../plugins/kubernetes/mod.ts";
import { readPod } from "../../../plugins/kubernetes/_objects.ts";
import { identity, identityToken, resolveIdentity } from "../../../cim/identity/mod.ts";
import {
  type FakeKubernetes,
  fakeKubernetes,
  fakePod,
  refusal,
} from "../../_support/fake_kubernetes.ts";
import { until } from "../../_support/until.ts";

const tmaas = {
  ...{ vendorId: "mvnr", xgvelaId: "xgvela1", nfClass: "core", nfType: "5gc", nfId: "nf1" },
  ...{ nfServiceId: "amf", nfServiceType: "amf" },
};

/** The agent's own pod. */
function ownPod({ labels = {}, annotations = {}, ...rest }: Parameters<typeof fakePod>[1] = {}) {
  return fakePod("amf-0", {
    labels: { microSvcName: "amf", uhn: "h1", ...labels },
    annotations: { svcVersion: "v3", "xgvela.com/tmaas": JSON.stringify(tmaas), ...annotations },
    ...rest,
  });
}

/** An agent in the cluster of a fake API. `prepare` runs before its start. */
async function inCluster(
  prepare: (api: FakeKubernetes) => void,
  env: Record<string, string> = {},
) {
  const api = await fakeKubernetes();
  prepare(api);
  const agent = createAgent({
    plugins: [kubernetes(), identity()],
    sources: sourcesFrom({
      env: {
        ...api.env,
        K8S_NAMESPACE: "ns1",
        K8S_POD_ID: "amf-0",
        CIM_IDENTITY_PODINFO: "/does/not/exist",
        ...env,
      },
      envPrefix: "CIM_",
    }),
    logs: recordingLogs().registry,
  });
  await agent.start();
  return {
    api,
    current: () => agent.get(identityToken).current,
    status: () => agent.status.plugin("identity")!,
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await api[Symbol.asyncDispose]();
    },
  };
}

Deno.test("identity() knows the pod of Kubernetes when the start returns", async () => {
  await using test = await inCluster((api) => api.put("pods", ownPod()), { K8S_NAMESPACE: "" });
  const { namespace, podName, podUid, node, microservice, version, labels } = test.current();
  assert.deepEqual(
    { namespace, podName, podUid, node, microservice, version, tmaas: test.current().tmaas },
    {
      ...{ namespace: "ns1", podName: "amf-0", podUid: "uid-of-amf-0", node: "node-1" },
      ...{ microservice: "amf", version: "v3", tmaas },
    },
  );
  assert.equal(labels.uhn, "h1");
  assert.equal(test.status().state, "ok", test.status().reason);
});

Deno.test("identity() prefers what the operator set to the pod of Kubernetes", async () => {
  await using test = await inCluster((api) => api.put("pods", ownPod()), {
    CIM_IDENTITY_VERSION: "v9",
    CIM_IDENTITY_LABELS: '{"uhn":"mine"}',
  });
  await until("the pod", () => test.current().podUid !== "");
  assert.deepEqual([test.current().version, test.current().labels.uhn], ["v9", "mine"]);
});

Deno.test("C2-36: identity() follows changed labels and annotations of the pod, also after a token rotation", async () => {
  await using test = await inCluster((api) => api.put("pods", ownPod()));
  const changed = { labels: { uhn: "h2", cnfc_uuid: "c2" }, annotations: { svcVersion: "v4" } };
  test.api.put("pods", ownPod(changed));
  await until("the change", () => test.current().version === "v4");
  assert.deepEqual([test.current().labels.uhn, test.current().labels.cnfc_uuid], ["h2", "c2"]);
  test.api.tokens.clear();
  test.api.tokens.add("token-2");
  await Deno.writeTextFile(`${test.api.account}/token`, "token-2");
  test.api.endWatches();
  test.api.put("pods", ownPod({ labels: { uhn: "h3" } }));
  await until("the change", () => test.current().labels.uhn === "h3");
  assert.equal(test.status().state, "ok");
});

Deno.test("C2-35: identity() keeps the last pod while the API fails, is degraded, and recovers", async () => {
  await using test = await inCluster((api) => api.put("pods", ownPod()));
  test.api.fault = () => refusal(500);
  test.api.endWatches();
  await until("it is degraded", () => test.status().state === "degraded");
  assert.match(test.status().reason, /the pod may have changed: .* 500/);
  assert.equal(test.current().microservice, "amf");
  test.api.fault = undefined;
  test.api.put("pods", ownPod({ labels: { uhn: "h2" } }));
  await until("the change", () => test.current().labels.uhn === "h2");
  assert.equal(test.status().state, "ok");
});

Deno.test("C2-35: identity() starts without waiting while the API fails, and knows the pod later", async () => {
  const begin = performance.now();
  await using test = await inCluster((api) => {
    api.put("pods", ownPod());
    api.fault = () => refusal(503);
  });
  assert(performance.now() - begin < 3_000, "the failure ended the wait");
  assert.equal(test.current().microservice, "");
  assert.match(test.status().reason, /the pod is not known: .* 503/);
  test.api.fault = undefined;
  await until("the pod", () => test.current().microservice === "amf");
  assert.equal(test.status().state, "ok");
});

Deno.test("C2-35: identity() waits for a silent API no longer than kubernetes_wait", async () => {
  await using test = await inCluster((api) => {
    api.fault = (_request, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(refusal(500))));
  }, { CIM_IDENTITY_KUBERNETES_WAIT: "100ms" });
  assert.equal(test.current().podUid, "");
  assert.equal(test.current().podName, "amf-0");
});

Deno.test("identity() says that the pod is read periodically when it must not watch it", async () => {
  await using test = await inCluster((api) => {
    api.put("pods", ownPod());
    api.fault = ({ query }) => query.has("fieldSelector") ? refusal(403) : undefined;
  });
  assert.equal(test.current().microservice, "amf");
  assert.equal(test.status().state, "ok");
  assert.match(test.status().reason, /read periodically: .* 403/);
});

Deno.test("identity() is degraded when Kubernetes has no such pod or its name is not known", async () => {
  await using missing = await inCluster(() => {});
  assert.match(missing.status().reason, /Kubernetes has no pod ns1\/amf-0/);
  await using unnamed = await inCluster(() => {}, { K8S_POD_ID: "" });
  assert.match(unnamed.status().reason, /identity\.pod_name: not known.*set K8S_POD_ID/);
});

Deno.test("identity() keeps the pod that was deleted until the process ends", async () => {
  await using test = await inCluster((api) => api.put("pods", ownPod()));
  await until("the watch", () => test.api.watches === 1);
  test.api.delete("pods", "ns1", "amf-0");
  test.api.put("pods", ownPod({ labels: { uhn: "h2" } }));
  await until("the new pod", () => test.current().labels.uhn === "h2");
  assert.equal(test.current().microservice, "amf");
});

Deno.test("D-96 the topology gateway is that of the ClusterRole when the pod names none", async () => {
  await using test = await inCluster((api) => {
    api.put("pods", ownPod({ annotations: { "topogw.fqdn": "" } }));
    const annotations = { "topo-gw.fqdn": "topo-gw:8080" };
    api.put("clusterroles", { metadata: { name: "xgvela1-xgvela", annotations } });
  });
  await until("the gateway", () => test.current().topogwFqdn === "topo-gw:8080");
  test.api.put("pods", ownPod({ annotations: { "topogw.fqdn": "own:1" } }));
  await until("the annotation", () => test.current().topogwFqdn === "own:1");
});

Deno.test("D-97 the container id is read from the status of the pod when /proc does not tell it", () => {
  const pod = readPod({
    ...ownPod(),
    status: {
      containerStatuses: [
        { name: "app", containerID: "containerd://a" },
        { name: "cim", containerID: "containerd://0a1b" },
      ],
    },
  });
  const facts = { podinfo: "/podinfo", containerName: "cim", pod };
  const id = (containerId?: string) =>
    resolveIdentity({ ...facts, containerId }, () => undefined, ({ text }) => assert.fail(text))
      .containerId;
  assert.deepEqual([id(), id("from-proc")], ["0a1b", "from-proc"]);
});
