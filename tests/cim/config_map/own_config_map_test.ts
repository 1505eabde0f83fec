import assert from "node:assert/strict";
import { cimSettingsToken, defaultSettings } from "../../../cim/settings/mod.ts";
import { substituteYang, yangTemplate } from "../../../cim/config_map/mod.ts";
import {
  type FakeKubernetes,
  fakeKubernetes,
  fakePod,
  refusal,
} from "../../_support/fake_kubernetes.ts";
import { until } from "../../_support/until.ts";
import { type Product, product, type ProductOptions } from "../_product.ts";

const name = "amf-cim-v1-mgmt-cfg";
const ownKey = "commit-config/ns1/amf/v1/ms/cim/amf-0";
const msKey = "commit-config/ns1/amf/v1/ms/amf-0";
const tmaas = {
  ...{ vendorId: "mvnr", xgvelaId: "xgvela1", nfClass: "core", nfType: "5gc", nfId: "nf1" },
  ...{ nfServiceId: "amf", nfServiceType: "amf" },
};
const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: "amf", uid: "u1" };

/** `cim.json` with one member changed. */
function document(flush_timeout: number): string {
  const { cimConfig } = defaultSettings();
  return JSON.stringify({
    cimConfig: { ...cimConfig, lmaas: { ...cimConfig.lmaas, flush_timeout } },
  });
}

function existing(data: Record<string, string | undefined>) {
  return { metadata: { name, namespace: "ns1" }, data };
}

interface InCluster extends AsyncDisposable {
  readonly api: FakeKubernetes;
  readonly cim: Product;
  readonly flushTimeout: () => number;
  readonly status: () => { state: string; reason: string };
}

/** The product in a pod of a fake cluster; `prepare` runs before its start. */
async function inCluster(
  prepare: (api: FakeKubernetes) => void = () => {},
  options: ProductOptions & { tmaas?: Record<string, string> } = {},
): Promise<InCluster> {
  const api = await fakeKubernetes();
  const pod = fakePod("amf-0", {
    labels: { microSvcName: "amf" },
    annotations: {
      svcVersion: "v1",
      "xgvela.com/tmaas": JSON.stringify({ ...tmaas, ...options.tmaas }),
    },
  });
  pod.metadata.ownerReferences = [{ ...owner, controller: true }];
  api.put("pods", pod);
  prepare(api);
  const cim = await product({ ...options, env: { ...api.env, ...options.env } });
  return {
    api,
    cim,
    flushTimeout: () => cim.agent.get(cimSettingsToken).current.cimConfig.lmaas.flush_timeout,
    status: () => cim.agent.status.plugin("own_config_map")!,
    async [Symbol.asyncDispose]() {
      await cim[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

const registration = { container_name: "amf", container_id: "c1", lmaas: { flush_timeout: 7 } };

async function registered({ cim }: InCluster, body: unknown = registration): Promise<number> {
  const response = await cim.register(body);
  await response.body?.cancel();
  return response.status;
}

Deno.test("G4 D-38 the first registration creates the ConfigMap of the contract and commits its revision", async () => {
  await using test = await inCluster(undefined, {
    env: { MS_CONFIG_REVISION: "7", NF_CONFIG_REVISION: "2" },
  });
  assert.equal(await registered(test), 200);
  const created = test.api.get("configmaps", "ns1", name)!;
  const text = JSON.stringify(JSON.parse(document(7)), null, 1);
  const { resourceVersion: _, ...metadata } = created.metadata;
  assert.deepEqual({ metadata, data: created.data }, {
    metadata: {
      name,
      namespace: "ns1",
      labels: { microSvcName: "amf" },
      annotations: {
        configMgmt: "enabled",
        svcVersion: "v1",
        nwFnPrefix: "ns1",
        "xgvela.com/tmaas": '{"nfClass":"core","nfId":"nf1","nfServiceId":"amf",' +
          '"nfServiceType":"amf","nfType":"5gc","vendorId":"mvnr","xgvelaId":"xgvela1"}',
      },
      ownerReferences: [owner],
    },
    data: {
      __CFG_TYPE: "mgmt-cfg",
      "cim.json": text,
      "cim.yang": substituteYang(yangTemplate(), { nfId: "nf1", microservice: "amf" }),
      "updatePolicy.json": '{"cim":"Dynamic"}',
      revision: "0",
    },
  });
  await until("the commits", async () => await test.cim.get(ownKey) === "0");
  assert.equal(await test.cim.get(msKey), "7");
  assert.equal(await test.cim.get("commit-config/ns1/amf/v1/nf/amf-0"), "2");
  const folder = `${test.cim.folder}/config`;
  assert.equal(await Deno.readTextFile(`${folder}/cim.json`), text);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(names, ["cim.json", "cim.yang"], "files are replaced, and nothing is left over");
  assert.equal(test.status().state, "ok");
});

Deno.test("D-37 a ConfigMap that exists gives the settings, and overrides of the registration are ignored", async () => {
  await using test = await inCluster((api) => {
    api.put("configmaps", existing({ "cim.json": document(9), revision: "3" }));
  });
  await until("its settings", () => test.flushTimeout() === 9);
  assert.equal(await registered(test), 200);
  assert.equal(test.flushTimeout(), 9);
  await until("the commit", async () => await test.cim.get(ownKey) === "3");
});

Deno.test("D-37 the loser of a race to create the ConfigMap takes the settings of the winner", async () => {
  await using test = await inCluster();
  await until(
    "the look-up",
    () => test.api.requests.some(({ path }) => path.endsWith("amf-cim-mgmt-cfg")),
  );
  test.api.fault = ({ method }) => {
    if (method !== "POST") return undefined;
    test.api.put("configmaps", existing({ "cim.json": document(11), revision: "4" }));
    test.api.fault = undefined;
    return refusal(409, { message: "already exists" });
  };
  assert.equal(await registered(test), 200);
  await until("the settings of the winner", () => test.flushTimeout() === 11);
  await until("the commit", async () => await test.cim.get(ownKey) === "4");
});

Deno.test("D-37 an error of the API does not count as an absent ConfigMap", async () => {
  await using test = await inCluster((api) => {
    api.put("configmaps", existing({ "cim.json": document(9), revision: "3" }));
    api.fault = ({ path }) => path.includes("configmaps") ? refusal(403) : undefined;
  });
  assert.equal(await registered(test), 200, "the application does not wait for the API");
  assert.equal(test.flushTimeout(), 7, "until the API answers, the overrides count");
  assert.match(test.status().reason, /Cannot get configmap ns1\/amf-cim-v1-mgmt-cfg: .* 403/);
  assert(!test.api.requests.some(({ method }) => method === "POST"), "nothing was created");
  test.api.fault = undefined;
  await until("the settings of the ConfigMap", () => test.flushTimeout() === 9);
  await until("the commit", async () => await test.cim.get(ownKey) === "3");
  assert.equal(test.status().state, "ok");
});

Deno.test("C2-35: the ConfigMap is created later when the API fails during the registration", async () => {
  await using test = await inCluster();
  await until(
    "the look-up",
    () => test.api.requests.some(({ path }) => path.endsWith("amf-cim-mgmt-cfg")),
  );
  test.api.fault = ({ method }) => method === "POST" ? refusal(403) : undefined;
  assert.equal(await registered(test), 200);
  await until("it is degraded", () => test.status().state === "degraded");
  assert.equal(await test.cim.get(ownKey), undefined);
  test.api.fault = undefined;
  await until("the commit", async () => await test.cim.get(ownKey) === "0");
  assert.match(JSON.stringify(test.api.get("configmaps", "ns1", name)), /\\"flush_timeout\\": 7/);
});

Deno.test("D-36 overrides out of range are answered with 400, and no ConfigMap is created", async () => {
  await using test = await inCluster();
  assert.equal(await registered(test, { ...registration, lmaas: { flush_timeout: 99 } }), 400);
  assert.equal(test.api.get("configmaps", "ns1", name), undefined);
  assert.equal(await registered(test), 200);
  assert.notEqual(test.api.get("configmaps", "ns1", name), undefined);
});

Deno.test("T3 a ConfigMap without a numeric revision leaves the commit key unwritten", async () => {
  for (const data of [{}, { revision: "" }, { revision: "new" }]) {
    await using test = await inCluster((api) => {
      api.put("configmaps", existing({ "cim.json": document(9), ...data }));
    }, { env: { MS_CONFIG_REVISION: "7" } });
    await until("its settings", () => test.flushTimeout() === 9);
    assert.equal(await registered(test), 200);
    await until("the commit of the level", async () => await test.cim.get(msKey) === "7");
    assert.equal(await test.cim.get(ownKey), undefined);
    assert(
      test.cim.logs.messages("warn").some((text) => /revision of the own ConfigMap/.test(text)),
    );
  }
});

const patch = '[{"op":"replace","path":"/cimConfig/lmaas/flush_timeout","value":5}]';

Deno.test("G3 with a ConfigMap of its own, the agent commits change-sets of cim.json to the key of that ConfigMap", async () => {
  await using test = await inCluster(undefined, { env: { MS_CONFIG_REVISION: "7" } });
  await registered(test);
  await until("the first commit", async () => await test.cim.get(ownKey) === "0");
  await test.cim.put("change-set/ns1/amf/v1/ms/cim.json/3", patch);
  await until("the commit", async () => await test.cim.get(ownKey) === "3");
  assert.equal(test.flushTimeout(), 5);
  assert.equal(await test.cim.get(msKey), "7", "revisions of both ConfigMaps count apart");
  await test.cim.put("change-set/ns1/amf/v1/ms/cim.json/4", patch.replace("5}", "4}"));
  await until("the refusal", async () => await test.cim.get(ownKey) === "-1");
});

Deno.test("G3 without a ConfigMap of its own, the agent commits change-sets of cim.json to the key of the level", async () => {
  await using test = await inCluster(undefined, { mounted: document(9) });
  await registered(test);
  await test.cim.put("change-set/ns1/amf/v1/ms/cim.json/3", patch);
  await until("the commit", async () => await test.cim.get(msKey) === "3");
  assert.equal(await test.cim.get(ownKey), undefined);
});

Deno.test("a mounted cim.json leaves ConfigMaps alone", async () => {
  await using test = await inCluster(undefined, { mounted: document(9) });
  assert.equal(await registered(test), 200);
  assert.equal(test.flushTimeout(), 9);
  assert.deepEqual([test.status().state, test.status().reason], [
    "disabled",
    "cim.json is mounted",
  ]);
  assert(!test.api.requests.some(({ path }) => path.includes("configmaps")));
});

Deno.test("D-40 the names of the service are found with and without version, and a different nfServiceType is reported", async () => {
  await using test = await inCluster((api) => {
    const metadata = { name: "amf-cim-mgmt-cfg", namespace: "ns1" };
    api.put("configmaps", { metadata, data: { "cim.json": document(9), revision: "1" } });
  }, { tmaas: { nfServiceType: "access" } });
  await until("its settings", () => test.flushTimeout() === 9);
  await until("the report", () => test.status().state === "degraded");
  assert.match(test.status().reason, /service amf, but it is named by nfServiceType access/);
  const asked = test.api.requests.filter(({ path }) => path.includes("configmaps"))
    .map(({ path }) => path.split("/").at(-1));
  assert.deepEqual(asked, ["access-cim-v1-mgmt-cfg", name, "amf-cim-mgmt-cfg"]);
});

Deno.test("D-9 a ConfigMap with malformed settings is reported, and the agent continues with valid ones", async () => {
  await using test = await inCluster((api) => {
    api.put("configmaps", existing({ "cim.json": document(99), revision: "1" }));
  });
  await until("the report", () => test.status().state === "degraded");
  assert.match(test.status().reason, /configmap amf-cim-v1-mgmt-cfg: .*flush_timeout/);
  assert.equal(test.flushTimeout(), 30);
});
