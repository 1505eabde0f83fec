import assert from "node:assert/strict";
import { collectorTarget, type CollectorTargetOptions } from "../../../../cim/logs/tcp/mod.ts";
import type { Pod, PodQuery } from "../../../../plugins/kubernetes/mod.ts";

const service = { hostname: "collector.example", port: 5170 };
const { signal } = new AbortController();

/** A collector that is running and ready. */
function pod(ip: string, changes: Partial<Pod> = {}): Pod {
  return {
    ...{ namespace: "logging", name: ip, uid: ip, labels: {}, annotations: {}, node: "node-1" },
    ...{ phase: "Running", isReady: true, ip, controller: undefined, containerIds: {} },
    ...{ deletionTime: undefined, graceSeconds: undefined },
    ...changes,
  };
}

/** The function for a node with these pods, and the problems that it reported. */
function setUp(pods: () => Promise<Pod[]>, changes: Partial<CollectorTargetOptions> = {}) {
  const problems: (string | undefined)[] = [];
  const queries: PodQuery[] = [];
  const target = collectorTarget({
    service: () => service,
    nodePort: () => 5171,
    prefersNode: () => true,
    node: () => "node-1",
    kubernetes: {
      isEnabled: true,
      pods(query) {
        queries.push(query);
        return pods();
      },
    },
    onProblem: (reason) => problems.push(reason),
    ...changes,
  });
  return { target, problems, queries };
}

Deno.test("D-61 collectorTarget() takes the first collector of the node that is running and ready", async () => {
  const found = [
    pod("10.0.0.1", { phase: "Pending" }),
    pod("10.0.0.2", { isReady: false }),
    pod("10.0.0.3", { deletionTime: 1 }),
    pod("", {}),
    pod("fd00::4"),
    pod("10.0.0.5"),
  ];
  const { target, problems, queries } = setUp(() => Promise.resolve(found));
  assert.deepEqual(await target(signal), { hostname: "fd00::4", port: 5171 });
  assert.deepEqual(queries, [{ node: "node-1", labels: { "k8s-app": "fluent-bit" } }]);
  assert.deepEqual(problems, [undefined]);
});

Deno.test("D-61 collectorTarget() looks again for each connection", async () => {
  let now = pod("10.0.0.1");
  const { target } = setUp(() => Promise.resolve([now]));
  await target(signal);
  now = pod("10.0.0.2");
  assert.equal((await target(signal)).hostname, "10.0.0.2");
});

for (
  const [what, changes, reason] of [
    ["there is no node", { node: () => "" }, /the name of the node is not known/],
    ["there is no port", { nodePort: () => undefined }, /logging_svc_tcp_port .* is no port/],
    ["Kubernetes is not used", { kubernetes: undefined }, /Kubernetes is not used/],
    ["no pod is ready", {}, /node node-1 has no collector that is ready/],
  ] as const
) {
  Deno.test(`collectorTarget() takes the collector of the cluster when ${what}`, async () => {
    const { target, problems } = setUp(() => Promise.resolve([]), changes);
    assert.deepEqual(await target(signal), service);
    assert.match(problems[0] ?? "", reason);
  });
}

Deno.test("collectorTarget() takes the collector of the cluster while the API fails", async () => {
  const { target, problems } = setUp(() => Promise.reject(new Error("forbidden")));
  assert.deepEqual(await target(signal), service);
  assert.match(problems[0] ?? "", /forbidden/);
});

Deno.test("collectorTarget() fails with a code when there is no collector at all", async () => {
  const { target } = setUp(() => Promise.resolve([]), { service: () => undefined });
  await assert.rejects(target(signal), { code: "log_collector_unreachable" });
});

Deno.test("collectorTarget() does not ask Kubernetes unless the settings prefer the node", async () => {
  const { target, queries, problems } = setUp(() => Promise.resolve([pod("10.0.0.1")]), {
    prefersNode: () => false,
  });
  assert.deepEqual(await target(signal), service);
  assert.deepEqual([queries, problems], [[], []]);
});

Deno.test("collectorTarget() ends with its signal", async () => {
  const stop = new AbortController();
  const { target } = setUp(() => {
    stop.abort(new Error("stopped"));
    return Promise.reject(stop.signal.reason);
  });
  await assert.rejects(target(stop.signal), /stopped/);
});
