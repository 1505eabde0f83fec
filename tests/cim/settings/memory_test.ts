import assert from "node:assert/strict";
import { cimSettingsToken } from "../../../cim/settings/mod.ts";
import { eventually, product } from "../_product.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const commit = "commit-config/ns1/amf/v1/ms/amf-0";
const patch = '[{"op":"replace","path":"/cimConfig/lmaas/flush_timeout","value":7}]';

/** Changes the settings of an agent with its files in `folder`, and stops it. */
async function changeSettings(folder: string): Promise<void> {
  await using cim = await product({ folder, mounted: "{}" });
  await cim.put("change-set/ns1/amf/v1/ms/cim.json/3", patch);
  assert.equal(await eventually(() => cim.get(commit)), "3");
}

Deno.test("settingsMemory() applies changed settings after a restart", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await changeSettings(folder);
  {
    await using cim = await product({ folder });
    const { lmaas } = cim.agent.get(cimSettingsToken).current.cimConfig;
    assert.equal(lmaas.flush_timeout, 7);
  }
});

Deno.test("settingsMemory() drops stored changes when the document has changed", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await changeSettings(folder);
  {
    const mounted = JSON.stringify({ cimConfig: { lmaas: { flush_timeout: 11 } } });
    await using cim = await product({ folder, mounted });
    const { lmaas } = cim.agent.get(cimSettingsToken).current.cimConfig;
    assert.equal(lmaas.flush_timeout, 11);
  }
});
