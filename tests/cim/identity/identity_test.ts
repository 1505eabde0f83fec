import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import {
  identity,
  type IdentityFacts,
  identityToken,
  resolveIdentity,
} from "../../../cim/identity/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const tmaas = {
  vendorId: "mvnr",
  xgvelaId: "xgvela1",
  nfClass: "core",
  nfType: "5gc",
  nfId: "nf1",
  nfServiceId: "amf",
  nfServiceType: "amf",
};

function resolve(files: Record<string, string>, facts: Partial<IdentityFacts> = {}) {
  const problems: string[] = [];
  const identity = resolveIdentity(
    { podinfo: "/podinfo", containerId: "own", ...facts },
    (path) => files[path],
    ({ text }) => problems.push(text),
  );
  return { identity, problems };
}

Deno.test("resolveIdentity() reads the files of a downward API volume", () => {
  const { identity, problems } = resolve({
    "/podinfo/labels": 'microSvcName="amf"\nuhn="host-1"\n',
    "/podinfo/annotations": `svcVersion="v3"\nxgvela.com/tmaas=${
      JSON.stringify(JSON.stringify(tmaas))
    }\ntopogw.fqdn="topo:8080"`,
    "/podinfo/uid": "0b5f0c9e\n",
    "/podinfo/nodeName": "node-1",
    "/podinfo/podName": "amf-0",
    "/podinfo/namespace": "ns1",
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(identity, {
    namespace: "ns1",
    podName: "amf-0",
    podUid: "0b5f0c9e",
    node: "node-1",
    microservice: "amf",
    version: "v3",
    tmaas,
    labels: { microSvcName: "amf", uhn: "host-1" },
    annotations: {
      svcVersion: "v3",
      "xgvela.com/tmaas": JSON.stringify(tmaas),
      "topogw.fqdn": "topo:8080",
    },
    nf: "",
    nfPrefix: "ns1",
    nfType: "",
    topogwFqdn: "topo:8080",
    mmaas: "",
    msRevision: "",
    nfRevision: "",
    containerId: "own",
  });
});

Deno.test("resolveIdentity() prefers configuration to files", () => {
  const { identity } = resolve(
    { "/podinfo/labels": 'microSvcName="amf"', "/podinfo/annotations": 'svcVersion="v3"' },
    { microservice: "smf", version: "v9", labels: { uhn: "x" } },
  );
  assert.equal(identity.microservice, "smf");
  assert.equal(identity.version, "v9");
  assert.deepEqual(identity.labels, { microSvcName: "amf", uhn: "x" });
});

Deno.test("resolveIdentity() falls back to version v0", () => {
  assert.equal(resolve({}, { version: "" }).identity.version, "v0");
});

for (
  const [name, annotation, message] of [
    ["not JSON", "{oops", /\/podinfo\/annotations: xgvela\.com\/tmaas: tmaas is not JSON/],
    ["null", "null", /tmaas must be a mapping of keys, found nothing/],
    ["of a wrong type", '{"nfId":1}', /tmaas\.nfId must be a text, found a number/],
  ] as const
) {
  Deno.test(`D-8 resolveIdentity() reports a tmaas annotation that is ${name} and uses the rest`, () => {
    const files = { "/podinfo/annotations": `xgvela.com/tmaas=${JSON.stringify(annotation)}` };
    const { identity, problems } = resolve(files, {
      microservice: "amf",
      nf: "nf9",
      nfPrefix: "p",
      nfType: "x",
    });
    assert.equal(identity.tmaas, undefined);
    assert.equal(identity.nf, "nf9");
    assert.equal(identity.nfPrefix, "p");
    assert.equal(identity.nfType, "x");
    assert.equal(problems.length, 1);
    assert.match(problems[0], message);
  });
}

Deno.test("D-8 resolveIdentity() does not report a missing tmaas annotation, since nothing requires it", () => {
  const { identity, problems } = resolve({}, { microservice: "amf" });
  assert.deepEqual([identity.tmaas, problems], [undefined, []]);
});

Deno.test("D-46 resolveIdentity() reports an unknown microservice with the remedy", () => {
  const { problems } = resolve({}, { tmaas });
  assert.deepEqual(problems, [
    "identity.microservice: not known; set it, or the label microSvcName in /podinfo/labels",
  ]);
});

for (
  const [what, files, facts, place] of [
    ["a pod name with a slash", {}, { podName: "amf/0" }, "identity.pod_name"],
    ["a namespace with a line feed", {}, { namespace: "ns\n1" }, "identity.namespace"],
    ["a version that is ..", {}, { version: ".." }, "identity.version"],
    [
      "a service with a control character",
      {},
      { microservice: "a\u007f" },
      "identity.microservice",
    ],
    ["a label with a slash", { "/podinfo/labels": 'microSvcName="a/b"' }, {}, "/podinfo/labels"],
    ["a file with two lines", { "/podinfo/podName": "a\nb\n" }, {}, "/podinfo/podName"],
    [
      "an annotation with a slash",
      { "/podinfo/annotations": 'svcVersion="v/1"' },
      {},
      "svcVersion",
    ],
  ] as [string, Record<string, string>, Partial<IdentityFacts>, string][]
) {
  Deno.test(`resolveIdentity() refuses ${what}, which cannot be a segment of a key`, () => {
    const unusable: string[] = [];
    const identity = resolveIdentity(
      { podinfo: "/podinfo", microservice: undefined, ...facts },
      (path) => files[path],
      ({ text, isUnusableName }) => isUnusableName && unusable.push(text),
    );
    assert.equal(unusable.length, 1);
    assert(unusable[0].includes(place), unusable[0]);
    const { namespace, podName, microservice, version } = identity;
    for (const name of [namespace, podName, microservice, version]) assert.match(name, /^(v0)?$/);
  });
}

Deno.test("identity() reads XGVela's variables and never stops the agent", async () => {
  const env = {
    K8S_NAMESPACE: "ns1",
    K8S_POD_ID: "amf-0",
    MS_CONFIG_REVISION: "7",
    NF_CONFIG_REVISION: "2",
    CIM_IDENTITY_TMAAS: "null",
    CIM_IDENTITY_PODINFO: "/does/not/exist",
  };
  await using test = harness({ plugins: [identity()], env, envPrefix: "CIM_" });
  await test.agent.start();
  const { namespace, podName, msRevision, nfRevision } = test.agent.get(identityToken).current;
  assert.deepEqual([namespace, podName, msRevision, nfRevision], ["ns1", "amf-0", "7", "2"]);
  const status = test.agent.status.plugin("identity");
  assert.equal(status?.state, "degraded");
  assert.match(
    status?.reason ?? "",
    /identity\.tmaas: tmaas must be a mapping of keys, found nothing/,
  );
});

Deno.test("identity() is in error, so that the agent is not ready, when a name cannot be part of a key", async () => {
  const env = { K8S_POD_ID: "amf/0", CIM_IDENTITY_MICROSERVICE: "amf" };
  await using test = harness({ plugins: [identity()], env, envPrefix: "CIM_" });
  await test.agent.start();
  const status = test.agent.status.plugin("identity");
  assert.equal(status?.state, "error");
  assert.match(status?.reason ?? "", /identity\.pod_name: "amf\/0" cannot be part of a key/);
});

Deno.test("identity() follows the downward API files while the agent runs", async () => {
  using dir = tempDir();
  const folder = dir.path;
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write("labels", 'microSvcName="amf"\nzone="a"\n');
  await using test = harness({
    plugins: [identity()],
    config: { identity: { podinfo: folder } },
  });
  await test.agent.start();
  const live = test.agent.get(identityToken);
  const changes: (string | undefined)[] = [];
  using listener = live.onChange((now) => changes.push(now.labels.zone));
  assert.equal(live.current.labels.zone, "a");

  await write("labels", 'microSvcName="amf"\nzone="b"\n');
  await test.clock.advance(30_000);
  assert.deepEqual([live.current.labels.zone, changes], ["b", ["b"]]);
  assert(Object.isFrozen(live.current));
  await test.clock.advance(30_000);
  assert.deepEqual(changes, ["b"], "an unchanged identity is not a change");

  await write("annotations", "broken\n");
  await test.clock.advance(60_000);
  assert.equal(test.agent.status.plugin("identity")?.state, "degraded");
  assert.equal(test.logs.messages("warn").length, 1, "the same problem is logged once");
  await write("annotations", "");
  await test.clock.advance(30_000);
  assert.equal(test.agent.status.plugin("identity")?.state, "ok");

  listener[Symbol.dispose]();
  await write("labels", 'microSvcName="amf"\nzone="c"\n');
  await test.clock.advance(30_000);
  assert.deepEqual([live.current.labels.zone, changes], ["c", ["b"]]);
});
