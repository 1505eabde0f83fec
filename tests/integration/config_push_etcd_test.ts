import assert from "node:assert/strict";
import { textCodec } from "../../core/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { eventually, product } from "../cim/_product.ts";
import { requireServer } from "./_servers.ts";

const { url, ignore } = requireServer("etcd");

/** Variables with a namespace of their own, so that tests can share a server. */
function env() {
  const namespace = `ns-${crypto.randomUUID()}`;
  const path = `${namespace}/amf/v1/ms`;
  return { path, env: { CIM_ETCD_ENDPOINTS: url, K8S_NAMESPACE: namespace } };
}

function writer(): EtcdStore {
  return new EtcdStore({ endpoints: [url] });
}

async function read(store: EtcdStore, key: string): Promise<string | undefined> {
  const entry = await store.get(key);
  return entry && textCodec.decode(entry.value);
}

Deno.test({
  name: "a change-set with a lease is delivered from etcd and committed with its details",
  ignore,
  async fn() {
    const { path, env: variables } = env();
    await using cmaas = writer();
    await using cim = await product({ env: variables });
    await (await cim.register()).body?.cancel();
    const patch = '[{"op":"add","path":"/a","value":"\u00e9"}]';
    await cmaas.put(`change-set/${path}/amf.json/5`, textCodec.encode(patch), { ttlMs: 60_000 });
    assert.equal(await eventually(() => read(cmaas, `commit-config/${path}/amf-0`)), "5");
    const detail = JSON.parse(await read(cmaas, `commit-status/${path}/amf-0`) ?? "");
    assert.equal(detail.verdict, "applied");
    const push = cim.calls.find(({ path }) => path === "/updateConfig");
    assert.equal(JSON.parse(push!.body)["config-patch"], patch);
  },
});

Deno.test({
  name: "T5 a change-set fails before its lease ends when the application does not run",
  ignore,
  async fn() {
    const { path, env: variables } = env();
    const key = `change-set/${path}/amf.json/5`;
    await using cmaas = writer();
    await using cim = await product({ env: { ...variables, CIM_APP_PORT: "1" } });
    await (await cim.register()).body?.cancel();
    await cmaas.put(key, textCodec.encode("[]"), { ttlMs: 5_000 });
    assert.equal(await eventually(() => read(cmaas, `commit-config/${path}/amf-0`)), "-1");
    assert.equal(await read(cmaas, key), "[]");
  },
});

Deno.test({
  name: "G4 the first registration commits the start revisions to etcd",
  ignore,
  async fn() {
    const { path, env: variables } = env();
    await using cmaas = writer();
    const revisions = { MS_CONFIG_REVISION: "7", NF_CONFIG_REVISION: "2" };
    await using cim = await product({ env: { ...variables, ...revisions } });
    await (await cim.register()).body?.cancel();
    assert.equal(await eventually(() => read(cmaas, `commit-config/${path}/amf-0`)), "7");
    const nf = `commit-config/${path.replace(/ms$/, "nf")}/amf-0`;
    assert.equal(await eventually(() => read(cmaas, nf)), "2");
  },
});
