import assert from "node:assert/strict";
import { sourcesFrom, textCodec } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { etcd } from "../../../plugins/etcd/mod.ts";
import { localkv, localkvToken } from "../../../plugins/localkv/mod.ts";
import { configStoreToken, deriveSources, stateStoreToken, store } from "../../../cim/store/mod.ts";

const infra = '{"etcd_url":"etcd.local:2379"}';
const infraPath = "/opt/conf/static/common-infra.json";

function derive(
  env: Record<string, string>,
  files: Record<string, string> = {},
  values: Record<string, unknown> = {},
) {
  const given = sourcesFrom({ env, file: { path: "./cim.yaml", values } });
  return deriveSources(given, (path) => files[path]);
}

Deno.test("deriveSources() takes the endpoint of etcd from common-infra.json", () => {
  const { sources } = derive({}, { [infraPath]: infra });
  assert.deepEqual(sources.file?.values.etcd, { endpoints: ["etcd.local:2379"] });
});

Deno.test("deriveSources() leaves endpoints alone that the operator set", () => {
  for (const variable of ["CIM_ETCD_ENDPOINTS", "ETCD_ENDPOINTS"]) {
    const { sources } = derive({ [variable]: "other:2379" }, { [infraPath]: infra });
    assert.equal(sources.file?.values.etcd, undefined);
  }
});

Deno.test("deriveSources() keeps other keys of the section", () => {
  const values = { etcd: { user: "root" }, rest: { port: 1 } };
  const { sources } = derive({}, { [infraPath]: infra }, values);
  assert.deepEqual(sources.file?.values.etcd, { user: "root", endpoints: ["etcd.local:2379"] });
  assert.deepEqual(sources.file?.values.rest, { port: 1 });
});

Deno.test("deriveSources() puts the embedded store into paths.data", () => {
  const { sources } = derive({ CIM_PATHS_DATA: "/data" });
  assert.deepEqual(sources.file?.values.localkv, { folder: "/data" });
});

Deno.test("deriveSources() tells what is wrong with the document", () => {
  const { problems } = derive({}, { [infraPath]: "{" });
  assert.equal(problems.length, 1);
});

async function chosen(env: Record<string, string>) {
  const folder = await Deno.makeTempDir();
  try {
    await using test = harness({
      plugins: [localkv(), etcd(), store()],
      env: { CIM_LOCALKV_FOLDER: folder, ...env },
    });
    await test.agent.start();
    const { kind } = test.agent.get(configStoreToken);
    const state = test.agent.get(stateStoreToken);
    await state.put("a", textCodec.encode("1"));
    return { kind, entry: await test.agent.get(localkvToken).get("state/a") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("store() is embedded without endpoints, and keeps the agent's state below state/", async () => {
  const { kind, entry } = await chosen({});
  assert.equal(kind, "localkv");
  assert.equal(textCodec.decode(entry!.value), "1");
});

Deno.test("store() is etcd with endpoints, waits for none, and keeps the state embedded", async () => {
  const { kind, entry } = await chosen({ CIM_ETCD_ENDPOINTS: "127.0.0.1:1" });
  assert.equal(kind, "etcd");
  assert.equal(textCodec.decode(entry!.value), "1");
});
