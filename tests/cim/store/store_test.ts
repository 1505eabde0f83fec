import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { etcd } from "../../../plugins/etcd/mod.ts";
import { localkv, localkvToken } from "../../../plugins/localkv/mod.ts";
import { configStoreToken, stateStoreToken, store } from "../../../cim/store/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

async function chosen(env: Record<string, string>) {
  using dir = tempDir();
  const folder = dir.path;
  await using test = harness({
    plugins: [localkv(), etcd(), store()],
    env: { CIM_LOCALKV_FOLDER: folder, ...env },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  const { kind } = test.agent.get(configStoreToken);
  const state = test.agent.get(stateStoreToken);
  await state.put("a", textCodec.encode("1"));
  return { kind, entry: await test.agent.get(localkvToken).get("state/a") };
}

Deno.test("store() uses the embedded store, with the state below state/, when no endpoint is configured", async () => {
  const { kind, entry } = await chosen({});
  assert.equal(kind, "localkv");
  assert.equal(textCodec.decode(entry!.value), "1");
});

Deno.test("store() uses etcd without waiting, and keeps the state embedded, when endpoints are configured", async () => {
  const { kind, entry } = await chosen({ CIM_ETCD_ENDPOINTS: "127.0.0.1:1" });
  assert.equal(kind, "etcd");
  assert.equal(textCodec.decode(entry!.value), "1");
});
