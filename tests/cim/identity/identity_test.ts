import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import {
  identity,
  type IdentityFacts,
  identityToken,
  resolveIdentity,
} from "../../../cim/identity/mod.ts";

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
    (problem) => problems.push(problem),
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
    nf: "",
    nfPrefix: "ns1",
    nfType: "",
    topogwFqdn: "topo:8080",
    msRevision: "",
    nfRevision: "",
    containerId: "own",
  });
});

Deno.test("resolveIdentity() prefers what the operator says", () => {
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
    ["missing", undefined, /identity\.tmaas: not known/],
    ["no JSON", "{oops", /\/podinfo\/annotations: xgvela\.com\/tmaas: tmaas is not JSON/],
    ["null", "null", /tmaas is null, wanted a JSON object/],
    ["of a wrong type", '{"nfId":1}', /tmaas\.nfId is 1, wanted a text/],
  ] as const
) {
  Deno.test(`D-8 a tmaas annotation that is ${name} leaves the identity degraded`, () => {
    const files: Record<string, string> = annotation === undefined
      ? {}
      : { "/podinfo/annotations": `xgvela.com/tmaas=${JSON.stringify(annotation)}` };
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

Deno.test("D-46 an unknown microservice is told with its remedy", () => {
  const { problems } = resolve({}, { tmaas });
  assert.deepEqual(problems, [
    "identity.microservice: not known; set it, or the label microSvcName in /podinfo/labels",
  ]);
});

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
  assert.equal(status?.state, "ok");
  assert.match(status?.reason ?? "", /identity\.tmaas: tmaas is null/);
});
