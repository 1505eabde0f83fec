import assert from "node:assert/strict";
import { cimPlugins } from "../../../cim/assembly/mod.ts";
import { createAgent, loadSources, LogRegistry } from "../../../core/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

Deno.test("cimPlugins() gives each agent plugins of its own, with unique names", () => {
  const [first, second] = [cimPlugins(), cimPlugins()];
  const names = first.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  first.forEach((plugin, index) => assert.notEqual(plugin, second[index]));
});

Deno.test("cimPlugins() start and stop in one process, twice at the same time", async () => {
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < 2; count++) {
    const folder = stack.use(tempDir()).path;
    const sets = [
      ...["rest.port=0", "nats.port=0", "own_log.level=error", `paths.data=${folder}/data`],
      ...[
        `paths.logs=${folder}/logs`,
        `localkv.folder=${folder}/data`,
        "identity.microservice=amf",
        ...["identity.namespace=ns1", `identity.pod_name=amf-${count}`],
      ],
    ];
    const agent = stack.use(createAgent({
      plugins: cimPlugins(),
      sources: await loadSources({ env: {}, sets, readText: () => undefined }),
      logs: new LogRegistry(),
    }));
    await agent.start();
    assert.equal(agent.status.agent().state, "ok", agent.status.agent().reason);
  }
});

Deno.test("cimPlugins() write the agent's own log to the log folder as container cim", async () => {
  using dir = tempDir();
  const folder = dir.path;
  const sets = [
    ...["rest.port=0", "nats.port=0", `paths.data=${folder}/data`, `paths.logs=${folder}/logs`],
    ...[`localkv.folder=${folder}/data`, "identity.namespace=ns1", "identity.pod_name=amf-0"],
    ...["identity.container_id=c9", "own_log.level=warn"],
  ];
  const agent = createAgent({
    plugins: cimPlugins(),
    sources: await loadSources({ env: {}, sets, readText: () => undefined }),
  });
  await agent.start();
  agent.logs.logger("test").error("something to remember");
  await agent.stop();
  const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_cim-c9.log`);
  assert.match(text, /ERROR test something to remember\n/);
});
