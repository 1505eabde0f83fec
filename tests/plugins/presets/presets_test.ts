import assert from "node:assert/strict";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { httpToken } from "../../../plugins/http/mod.ts";
import { connectors, local, rpc } from "../../../plugins/presets/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

/** An agent with all presets, on free ports and with an empty folder. */
function everything(data: string): Harness {
  return harness({
    plugins: [...local(), ...rpc(), ...connectors()],
    config: {
      rest: { port: 0 },
      nats: { port: 0 },
      localkv: { folder: data },
      service_label: { label: "test" },
    },
  });
}

Deno.test("presets are disjoint and create new plugins when called", () => {
  const names = [...local(), ...rpc(), ...connectors()].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const preset of [local, rpc, connectors]) {
    const [first, second] = [preset(), preset()];
    assert(first.every((plugin, at) => plugin !== second[at] && plugin.name === second[at].name));
  }
});

Deno.test("the table of mod.ts lists each plugin of the presets with its section", async () => {
  const mod = new URL("../../../plugins/presets/mod.ts", import.meta.url);
  const listed = [...(await Deno.readTextFile(mod)).matchAll(/code (\w+)\} \|.*\| `(\w+)` \|/g)]
    .map(([, preset, section]) => `${preset} ${section}`);
  const actual = Object.entries({ local, rpc, connectors })
    .flatMap(([name, preset]) => preset().map(({ section }) => `${name} ${section}`));
  assert.deepEqual(listed, actual);
});

Deno.test("T-FLV an agent with all presets starts, serves and stops when nothing else runs", async () => {
  using dir = tempDir();
  const folder = dir.path;
  await using kit = everything(folder);
  await kit.agent.start();
  const response = await fetch(`http://127.0.0.1:${kit.agent.get(httpToken).port}/readiness`);
  assert.equal(response.status, 200);
  const { PluginStatus } = await response.json();
  assert.equal(PluginStatus.etcd.disabled, true);
});

Deno.test("two agents with all presets run in one process", async () => {
  using firstFolder = tempDir();
  using secondFolder = tempDir();
  await using first = everything(firstFolder.path);
  await using second = everything(secondFolder.path);
  await Promise.all([first.agent.start(), second.agent.start()]);
  const ports = [first, second].map(({ agent }) => agent.get(httpToken).port);
  assert.notEqual(ports[0], ports[1]);
});
