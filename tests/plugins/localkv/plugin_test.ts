import assert from "node:assert/strict";
import type { KeyValueStore } from "../../../core/keyvalue/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { localkv, localkvToken } from "../../../plugins/localkv/mod.ts";

/** A plugin that passes the store to a test. */
function consumer(use: (store: KeyValueStore) => void) {
  return definePlugin({
    name: "consumer",
    requires: [localkvToken],
    init: ({ get }) => use(get(localkvToken)),
  });
}

Deno.test("localkv() provides a store in the folder of its section and closes it with the agent", async () => {
  const folder = await Deno.makeTempDir();
  let store: KeyValueStore | undefined;
  {
    await using test = harness({
      plugins: [localkv(), consumer((given) => store = given)],
      config: { localkv: { folder } },
    });
    await test.agent.start();
    await store!.put("a", new Uint8Array([1]));
  }
  await assert.rejects(() => store!.get("a"), { code: "closed" });
  assert(Deno.statSync(`${folder}/localkv.sqlite`).isFile);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("localkv() fails to start when the folder is in use", async () => {
  const folder = await Deno.makeTempDir();
  const config = { localkv: { folder } };
  await using first = harness({ plugins: [localkv()], config });
  await first.agent.start();
  const second = harness({ plugins: [localkv()], config });
  await assert.rejects(() => second.agent.start(), /is using it/);
  await first.agent.stop();
  await Deno.remove(folder, { recursive: true });
});
