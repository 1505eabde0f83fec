import assert from "node:assert/strict";
import { statusToken } from "../../../core/agent/mod.ts";
import { systemClock } from "../../../core/async/mod.ts";
import { sourcesFrom } from "../../../core/config/mod.ts";
import { createAgent } from "../../../core/agent/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { kubernetes, kubernetesToken } from "../../../plugins/kubernetes/mod.ts";
import { fakeKubernetes, fakePod, refusal } from "../../_support/fake_kubernetes.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { until } from "../../_support/until.ts";

Deno.test("kubernetes() is disabled outside a cluster, and every call says why", async () => {
  await using test = harness({ plugins: [kubernetes()] });
  await test.agent.start();
  assert.equal(test.agent.status.plugin("kubernetes")?.state, "disabled");
  const api = test.agent.get(kubernetesToken);
  assert.equal(api.isEnabled, false);
  const expected = { code: "unavailable", message: /set "kubernetes\.kubeconfig"/ };
  await assert.rejects(() => api.pod("ns1", "amf-0"), expected);
  const { signal } = new AbortController();
  await assert.rejects(() => Array.fromAsync(api.followPod("ns1", "amf-0", { signal })), expected);
});

for (
  const [what, config, reason] of [
    ["it is switched off", { enabled: false }, /"kubernetes\.enabled" is false/],
    ["the pod has no token", { service_account: "/does/not/exist" }, /no token in \/does\/not/],
  ] as const
) {
  Deno.test(`kubernetes() is disabled inside a cluster when ${what}`, async () => {
    await using test = harness({
      plugins: [kubernetes()],
      env: { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" },
      config: { kubernetes: config },
    });
    await test.agent.start();
    const status = test.agent.status.plugin("kubernetes");
    assert.equal(status?.state, "disabled");
    assert.match(status!.reason, reason);
  });
}

/** An agent inside the cluster of the fake API. */
async function inCluster(config: Record<string, unknown> = {}) {
  const api = await fakeKubernetes();
  const agent = createAgent({
    plugins: [kubernetes()],
    sources: sourcesFrom({
      env: api.env,
      envPrefix: "CIM_",
      file: { path: "test.json", values: { kubernetes: config } },
    }),
    clock: systemClock,
  });
  return {
    api,
    agent,
    status: () => agent.get(statusToken).plugin("kubernetes")!,
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await api[Symbol.asyncDispose]();
    },
  };
}

Deno.test("kubernetes() uses the service account of the pod and is ok when the API answers", async () => {
  await using test = await inCluster();
  test.api.put("pods", fakePod("amf-0"));
  await test.agent.start();
  await until("it is ok", () => test.status().state === "ok");
  const api = test.agent.get(kubernetesToken);
  assert.equal((await api.pod(api.namespace, "amf-0"))?.uid, "uid-of-amf-0");
  assert.equal(test.api.requests.at(-1)?.token, "token-1");
});

Deno.test("C2-35: kubernetes() starts, is degraded with the reason while the API fails, and recovers", async () => {
  await using test = await inCluster({ probe_interval: "1s", retry_timeout: "0s" });
  test.api.fault = () => refusal(503, { message: "etcd is away" });
  const begin = performance.now();
  await test.agent.start();
  assert(performance.now() - begin < 5_000, "the start does not wait for the API");
  await until("it is degraded", () => test.status().state === "degraded");
  assert.match(test.status().reason, /answered 503 \(etcd is away\)/);
  const api = test.agent.get(kubernetesToken);
  await assert.rejects(() => api.pod("ns1", "amf-0"), { code: "kubernetes_failed" });
  test.api.fault = undefined;
  assert.equal(await api.pod("ns1", "amf-0"), undefined);
  await until("it is ok", () => test.status().state === "ok");
});

Deno.test("kubernetes() exposes latency and failures of its calls", async () => {
  await using test = await inCluster({ retry_timeout: "0s" });
  await test.agent.start();
  await until("it is ok", () => test.status().state === "ok");
  test.api.fault = () => refusal(403);
  await assert.rejects(() => test.agent.get(kubernetesToken).pods({ node: "n" }));
  const families = test.agent.metrics.families();
  const samples = [...families.find(({ name }) => name === "kubernetes_call_failures_total")!
    .collect() as Iterable<unknown>];
  assert.deepEqual(samples, [{ labels: { call: "list_pods", status: "403" }, value: 1 }]);
  assert(families.some(({ name }) => name === "kubernetes_call_seconds"));
});

Deno.test("kubernetes() refuses a kubeconfig that cannot be used, with its path and the reason", async () => {
  using folder = tempDir();
  const path = folder.join("config");
  await Deno.writeTextFile(path, "{}");
  for (
    const [kubeconfig, reason] of [
      [folder.join("missing"), /config_unreadable|No such file/],
      [path, /has no current-context/],
    ] as const
  ) {
    await using test = harness({ plugins: [kubernetes()], config: { kubernetes: { kubeconfig } } });
    await assert.rejects(test.agent.start(), { message: reason });
  }
});
