import assert from "node:assert/strict";
import { AgentError, describeError } from "../../../core/errors/mod.ts";
import { fakeKubernetes, fakePod, refusal } from "../../_support/fake_kubernetes.ts";
import { otherServerPair } from "../../_support/certificates.ts";
import type { KubernetesError } from "../../../plugins/kubernetes/errors.ts";
import { clientOf } from "./_client.ts";

Deno.test("pod() reads a pod, and undefined when there is none", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: "amf", uid: "u1" };
  const pod = fakePod("amf-0", { labels: { uhn: "h" }, annotations: { svcVersion: "v1" } });
  pod.metadata.ownerReferences = [{ ...owner, controller: true }];
  pod.status = {
    ...pod.status as object,
    containerStatuses: [{ name: "cim", containerID: "containerd://0a1b" }, { name: "app" }],
  };
  api.put("pods", pod);
  assert.deepEqual(await test.client.pod("ns1", "amf-0"), {
    namespace: "ns1",
    name: "amf-0",
    uid: "uid-of-amf-0",
    labels: { uhn: "h" },
    annotations: { svcVersion: "v1" },
    node: "node-1",
    phase: "Running",
    isReady: true,
    ip: "10.0.0.7",
    controller: owner,
    containerIds: { cim: "0a1b" },
    deletionTime: undefined,
    graceSeconds: undefined,
  });
  assert.equal(await test.client.pod("ns1", "amf-1"), undefined);
  assert.equal(test.outcomes.get("get_pod"), undefined, "a missing object is no failure");
  assert.equal(test.client.namespace, "ns1");
});

Deno.test("pods() selects by node and labels, in all namespaces or in one", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  const labels = { "k8s-app": "fluent-bit" };
  api.put("pods", fakePod("here", { namespace: "logging", labels }));
  api.put("pods", fakePod("there", { labels, spec: { nodeName: "node-2" } }));
  api.put("pods", fakePod("other"));
  const names = async (query: Parameters<typeof test.client.pods>[0]) =>
    (await test.client.pods(query)).map(({ name }) => name);
  assert.deepEqual(await names({ node: "node-1", labels }), ["here"]);
  assert.deepEqual(await names({ labels }), ["here", "there"]);
  assert.deepEqual(await names({ namespace: "ns1" }), ["there", "other"]);
});

Deno.test("createConfigMap() creates it with its owner; configMap() reads it; a second create is a conflict", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  const configMap = {
    namespace: "ns1",
    name: "amf-cim-v1-mgmt-cfg",
    labels: { microSvcName: "amf" },
    annotations: { configMgmt: "enabled" },
    data: { revision: "0" },
    owner: { apiVersion: "apps/v1", kind: "Deployment", name: "amf", uid: "u2" },
  };
  assert.equal(await test.client.configMap("ns1", configMap.name), undefined);
  await test.client.createConfigMap(configMap);
  assert.deepEqual(await test.client.configMap("ns1", configMap.name), configMap);
  await assert.rejects(
    () => test.client.createConfigMap(configMap),
    (error: AgentError) => error.code === "kubernetes_conflict" && !error.retryable,
  );
});

Deno.test("controllerOf() finds the Deployment behind a ReplicaSet, or names the ReplicaSet if it must not read it", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  const set = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "amf-7d", uid: "u1" };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "amf", uid: "u2" };
  const pod = fakePod("amf-0");
  pod.metadata.ownerReferences = [{ ...set, controller: true }];
  api.put("pods", pod);
  api.put("replicasets", {
    metadata: {
      name: "amf-7d",
      namespace: "ns1",
      ownerReferences: [{ ...deployment, controller: true }],
    },
  });
  const read = (await test.client.pod("ns1", "amf-0"))!;
  assert.deepEqual(await test.client.controllerOf(read), deployment);
  api.fault = ({ path }) => path.includes("replicasets") ? refusal(403) : undefined;
  assert.deepEqual(await test.client.controllerOf(read), set);
  assert.equal(await test.client.controllerOf({ ...read, controller: undefined }), undefined);
});

Deno.test("clusterRole() reads the annotations", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  api.put("clusterroles", {
    metadata: { name: "x-xgvela", annotations: { "topo-gw.fqdn": "t:1" } },
  });
  assert.deepEqual(await test.client.clusterRole("x-xgvela"), {
    name: "x-xgvela",
    annotations: { "topo-gw.fqdn": "t:1" },
  });
  assert.equal(await test.client.clusterRole("other"), undefined);
});

for (
  const [status, code, attempts] of [
    [401, "kubernetes_denied", "several"],
    [403, "kubernetes_denied", "one"],
    [400, "kubernetes_failed", "one"],
    [429, "kubernetes_throttled", "several"],
    [500, "kubernetes_failed", "several"],
    [503, "kubernetes_failed", "several"],
  ] as const
) {
  Deno.test(`a call is made in ${attempts} attempts when the API answers ${status}, and rejects with ${code}`, async () => {
    await using api = await fakeKubernetes();
    using test = await clientOf(api, { retryTimeoutMs: 350 });
    api.fault = () => refusal(status, { message: "not now" });
    await assert.rejects(() => test.client.pod("ns1", "amf-0"), (error: AgentError) => {
      assert.equal(error.code, code);
      assert.match(error.message, /^Cannot get pod ns1\/amf-0: .*not now/);
      return true;
    });
    assert.equal(api.requests.length > 1, attempts === "several");
    assert.match(describeError(test.outcomes.get("get_pod")), /Cannot get pod/);
  });
}

Deno.test("a call waits as long as Retry-After says, and not longer than its time limit", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api, { retryTimeoutMs: 5_000 });
  api.put("pods", fakePod("amf-0"));
  const times: number[] = [];
  api.fault = () => {
    times.push(performance.now());
    return times.length === 1 ? refusal(429, { headers: { "retry-after": "1" } }) : undefined;
  };
  assert.equal((await test.client.pod("ns1", "amf-0"))?.name, "amf-0");
  assert(times[1] - times[0] >= 990, `waited ${times[1] - times[0]} ms`);
  api.fault = () => refusal(503, { headers: { "retry-after": "3600" } });
  await assert.rejects(() => test.client.pod("ns1", "amf-0"), /answered 503/);
});

Deno.test("a call gives up a server that accepts and never answers", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api, { requestTimeoutMs: 100, retryTimeoutMs: 0 });
  api.fault = (_request, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(refusal(500))));
  await assert.rejects(() => test.client.pod("ns1", "amf-0"), (error: AgentError) => {
    assert.equal(error.code, "kubernetes_unreachable");
    assert.match(error.message, /not finished after 100 ms/);
    return error.retryable;
  });
});

Deno.test("a call ends when its signal aborts", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  api.fault = () => refusal(503);
  const stop = new AbortController();
  const call = test.client.pod("ns1", "amf-0", { signal: stop.signal });
  stop.abort(new Error("stopped"));
  await assert.rejects(call, /^Error: stopped$/);
});

Deno.test("a call rejects with kubernetes_failed when the answer is not of the API", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  for (const body of ["<html>login</html>", "[]", '{"metadata":{}}']) {
    api.fault = () => new Response(body);
    await assert.rejects(
      () => test.client.pod("ns1", "amf-0"),
      (error: AgentError) =>
        error.code === "kubernetes_failed" && /not one of the Kubernetes API/.test(error.message),
    );
  }
});

Deno.test("a redirect is not followed, so that the token stays with the server", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  let isFollowed = false;
  await using elsewhere = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    isFollowed = true;
    return Response.json({});
  });
  api.fault = () => Response.redirect(`http://127.0.0.1:${elsewhere.addr.port}/`);
  await assert.rejects(() => test.client.pod("ns1", "amf-0"), /answered 302/);
  assert.equal(isFollowed, false);
});

Deno.test("C2-36: the token file is read for each request, so that a rotated token takes effect", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api);
  api.put("pods", fakePod("amf-0"));
  await test.client.pod("ns1", "amf-0");
  api.tokens.clear();
  api.tokens.add("token-2");
  const call = test.client.pod("ns1", "amf-0");
  await Deno.writeTextFile(`${api.account}/token`, "token-2\n");
  assert.equal((await call)?.name, "amf-0", "a token that is replaced a little later is retried");
  assert.equal(api.requests.at(-1)?.token, "token-2");
});

Deno.test("credentials that cannot be read reject with kubernetes_denied and their path", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api, { retryTimeoutMs: 0 });
  await Deno.remove(`${api.account}/token`);
  await assert.rejects(
    () => test.client.pod("ns1", "amf-0"),
    (error: AgentError) =>
      error.code === "kubernetes_denied" && error.retryable && /credentials/.test(error.message),
  );
});

Deno.test("a server whose certificate the CA did not sign is refused, and a replaced CA takes effect", async () => {
  await using api = await fakeKubernetes();
  using test = await clientOf(api, { retryTimeoutMs: 0 });
  api.put("pods", fakePod("amf-0"));
  const ca = await Deno.readTextFile(`${api.account}/ca.crt`);
  await Deno.writeTextFile(`${api.account}/ca.crt`, otherServerPair.cert);
  await assert.rejects(() => test.client.pod("ns1", "amf-0"), /does not answer/);
  await Deno.writeTextFile(`${api.account}/ca.crt`, ca);
  assert.equal((await test.client.pod("ns1", "amf-0"))?.name, "amf-0");
});

for (
  const [name, answer] of [
    [
      "a Retry-After of 400 digits",
      () => refusal(429, { headers: { "retry-after": "9".repeat(400) } }),
    ],
    [
      "a Retry-After in 9999",
      () => refusal(503, { headers: { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" } }),
    ],
    [
      "details.retryAfterSeconds of 1e308",
      () =>
        new Response('{"kind":"Status","details":{"retryAfterSeconds":1e308}}', { status: 429 }),
    ],
  ] as const
) {
  Deno.test(`a pause is at most five minutes when the API answers with ${name}`, async () => {
    await using api = await fakeKubernetes();
    using test = await clientOf(api, { retryTimeoutMs: 0 });
    api.fault = answer;
    await assert.rejects(
      () => test.client.pod("ns1", "amf-0"),
      (error: KubernetesError) => error.retryAfterMs === 300_000,
    );
  });
}

for (
  const [status, maxBytes, reason] of [
    [200, 8 * 2 ** 20, /the answer of .* is not one of .*: it is larger than 4194304 bytes; check/],
    [500, 2 * 2 ** 20, /answered 500/],
  ] as const
) {
  Deno.test(`a call gives up an answer ${status} that does not end, after few bytes`, async () => {
    await using api = await fakeKubernetes();
    using test = await clientOf(api, { retryTimeoutMs: 0 });
    let sent = 0;
    const isCancelled = Promise.withResolvers<void>();
    const piece = new Uint8Array(65_536).fill(0x20);
    const body = new ReadableStream({
      pull(controller) {
        sent += piece.length;
        controller.enqueue(piece);
      },
      cancel: () => isCancelled.resolve(),
    });
    api.fault = () => new Response(body, { status });
    await assert.rejects(() => test.client.pod("ns1", "amf-0"), reason);
    await isCancelled.promise;
    assert(sent < maxBytes + 4 * 2 ** 20, `${sent} bytes, of which few wait in sockets`);
  });
}
