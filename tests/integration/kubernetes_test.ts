import assert from "node:assert/strict";
import { systemClock, TaskGroup } from "../../core/async/mod.ts";
import { findAccess } from "../../plugins/kubernetes/access.ts";
import { KubernetesClient } from "../../plugins/kubernetes/kubernetes_client.ts";
import type { FollowState, Pod } from "../../plugins/kubernetes/mod.ts";
import { KubernetesStats } from "../../plugins/kubernetes/stats.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { requireServer } from "./_servers.ts";

const { url: kubeconfig, ignore } = requireServer("kubernetes");
const namespace = "default";

/** A client with a kubeconfig. */
async function connect(file: string): Promise<KubernetesClient> {
  const access = await findAccess({ kubeconfig: file, servicePort: 443, serviceAccount: "" });
  if (typeof access === "string") throw new Error(access);
  return new KubernetesClient({
    requestTimeoutMs: 5_000,
    retryTimeoutMs: 2_000,
    watchTimeoutMs: 60_000,
    pollIntervalMs: 200,
    clock: systemClock,
    random: () => 0,
    access,
    stats: new KubernetesStats(),
    onOutcome: () => {},
  });
}

/** Runs kubectl as the administrator. */
async function kubectl(args: string[], input = ""): Promise<void> {
  using cache = tempDir();
  const child = new Deno.Command(Deno.env.get("CIM_TEST_KUBECTL") ?? "kubectl", {
    args: ["--kubeconfig", kubeconfig, "--cache-dir", cache.path, "-n", namespace, ...args],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
}

/** A pod on `node-1`; no kubelet runs it. */
async function createPod(name: string, labels: Record<string, string>): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels, annotations: { svcVersion: "v1" } },
    spec: { nodeName: "node-1", containers: [{ name: "amf", image: "example/amf" }] },
  };
  await kubectl(["apply", "--validate=false", "-f", "-"], JSON.stringify(pod));
}

const newName = (kind: string) => `${kind}-${crypto.randomUUID().slice(0, 8)}`;
const deletePod = (name: string) =>
  kubectl(["delete", "pod", name, "--force", "--grace-period=0", "--ignore-not-found"]);

Deno.test({
  name:
    "C2-36: a pod of a real API is followed through edits of its labels, its end and its return",
  ignore,
  async fn() {
    using client = await connect(kubeconfig);
    const name = newName("amf");
    const seen: (Pod | undefined)[] = [];
    const states: FollowState[] = [];
    const failures: unknown[] = [];
    const tasks = new TaskGroup((_name, error) => failures.push(error));
    try {
      tasks.run("follow", async (signal) => {
        const onState = (state: FollowState) => states.push(state);
        for await (const pod of client.followPod(namespace, name, { signal, onState })) {
          seen.push(pod);
        }
      });
      const last = (what: string, check: (pod: Pod | undefined) => boolean) =>
        until(what, () => seen.length > 0 && check(seen.at(-1)));
      await last("no pod", (pod) => pod === undefined);
      await createPod(name, { uhn: "uhn-1" });
      await last("the pod", (pod) => pod?.labels.uhn === "uhn-1");
      const first = seen.at(-1)!;
      assert.deepEqual(
        [first.node, first.annotations.svcVersion, first.namespace],
        ["node-1", "v1", namespace],
      );
      assert.match(first.uid, /^[0-9a-f-]{36}$/);
      await kubectl(["label", "--overwrite", "pod", name, "uhn=uhn-2"]);
      await last("the changed label", (pod) => pod?.labels.uhn === "uhn-2");
      assert.equal(seen.at(-1)!.uid, first.uid);
      await deletePod(name);
      await last("the end of the pod", (pod) => pod === undefined);
      await createPod(name, { uhn: "uhn-3" });
      await last("the new pod", (pod) => pod?.labels.uhn === "uhn-3");
      assert.notEqual(seen.at(-1)!.uid, first.uid);
      assert(states.every(({ state }) => state === "watching"), JSON.stringify(states));
      assert.deepEqual(failures, []);
    } finally {
      await tasks.close();
      await deletePod(name);
    }
  },
});

Deno.test({
  name: "a real API lists pods by node and label, and keeps the first of two equal ConfigMaps",
  ignore,
  async fn() {
    using client = await connect(kubeconfig);
    const name = newName("fluent");
    const app = newName("app");
    try {
      await createPod(name, { "k8s-app": app });
      const labels = { "k8s-app": app };
      const found = await client.pods({ node: "node-1", labels });
      assert.deepEqual(found.map((pod) => pod.name), [name]);
      assert.deepEqual(await client.pods({ node: "node-2", labels }), []);
      const [pod] = found;
      const owner = { apiVersion: "v1", kind: "Pod", name, uid: pod.uid };
      const map = {
        namespace,
        name,
        labels,
        annotations: { a: "1" },
        data: { "cim.json": "{}" },
        owner,
      };
      assert.equal(await client.configMap(namespace, name), undefined);
      await client.createConfigMap(map);
      const conflict = { code: "kubernetes_conflict" };
      await assert.rejects(
        client.createConfigMap({ ...map, data: { "cim.json": "[]" } }),
        conflict,
      );
      const kept = await client.configMap(namespace, name);
      assert.deepEqual(kept?.data, { "cim.json": "{}" });
      assert.deepEqual(kept?.owner, owner);
    } finally {
      await kubectl(["delete", "configmap", name, "--ignore-not-found"]);
      await deletePod(name);
    }
  },
});

Deno.test({
  name:
    "C2-35: a user without rights on a real API is told which are missing, and following goes on",
  ignore,
  async fn() {
    using client = await connect(Deno.env.get("CIM_TEST_KUBERNETES_KUBECONFIG_RESTRICTED")!);
    const denied = { code: "kubernetes_denied", message: /pods "amf-0" is forbidden/ };
    await assert.rejects(client.pod(namespace, "amf-0"), denied);
    await assert.rejects(client.configMap(namespace, "a"), { code: "kubernetes_denied" });
    const states: FollowState[] = [];
    const failures: unknown[] = [];
    const tasks = new TaskGroup((_name, error) => failures.push(error));
    tasks.run("follow", async (signal) => {
      const onState = (state: FollowState) => states.push(state);
      for await (const pod of client.followPod(namespace, "amf-0", { signal, onState })) {
        assert.fail(`there is a pod: ${pod?.name}`);
      }
    });
    await until("the reason", () => states.some(({ state }) => state === "failing"));
    assert.match(states.at(-1)!.reason, /forbidden/);
    await tasks.close();
    assert.deepEqual(failures, []);
  },
});
