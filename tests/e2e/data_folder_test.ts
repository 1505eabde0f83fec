import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { type AgentProcess, freePort, startAgent } from "./_agent.ts";

interface StatusDocument {
  readonly state: string;
  readonly plugins: readonly { name: string; state: string; reason: string }[];
}

/** The status of the plugin; waits until the agent answers. Without etcd, it does not become ready. */
async function localkvStatus(agent: AgentProcess) {
  const { text } = await until("the agent answers", () => agent.get("/api/v1/status"), {
    retryErrors: true,
  });
  return (JSON.parse(text) as StatusDocument).plugins.find(({ name }) => name === "localkv")!;
}

/** Ways to make the data folder unusable, by what the reason says. */
const unusable: Record<string, (data: string) => void> = {
  "make the folder writable": (data) => Deno.writeTextFileSync(data, "a file"),
  "move it away": (data) => {
    Deno.mkdirSync(data);
    Deno.writeTextFileSync(`${data}/localkv.sqlite`, "of another program ".repeat(100));
  },
};

for (const [remedy, spoil] of Object.entries(unusable)) {
  Deno.test(`the agent with etcd starts degraded when its data folder cannot be used: ${remedy}`, async () => {
    using folder = tempDir();
    spoil(folder.join("data"));
    const config = { etcd: { endpoints: [`127.0.0.1:${freePort()}`] } };
    await using agent = await startAgent({ folder: folder.path, config, ready: false });
    const { state, reason } = await localkvStatus(agent);
    assert.equal(state, "degraded");
    assert(reason.includes(remedy), reason);
    const { text } = await agent.get("/metrics");
    assert.match(text, /^localkv_durable 0$/m);
    assert.equal((await agent.stop()).code, 0);
  });

  Deno.test(`the agent without etcd does not start when its data folder cannot be used: ${remedy}`, async () => {
    using folder = tempDir();
    spoil(folder.join("data"));
    await using agent = await startAgent({ folder: folder.path, ready: false });
    const { code, err } = await agent.ended;
    assert.notEqual(code, 0);
    assert(err.includes(remedy), err);
  });
}

Deno.test("the agent with etcd uses its data folder as soon as it can, without a restart", async () => {
  using folder = tempDir();
  const config = {
    etcd: { endpoints: [`127.0.0.1:${freePort()}`] },
    localkv: { check_interval: "100ms" },
  };
  Deno.writeTextFileSync(folder.join("data"), "a file");
  await using agent = await startAgent({ folder: folder.path, config, ready: false });
  assert.equal((await localkvStatus(agent)).state, "degraded");
  Deno.removeSync(folder.join("data"));
  await until("localkv is ok", async () => (await localkvStatus(agent)).state === "ok");
  const { text } = await agent.get("/metrics");
  assert.match(text, /^localkv_durable 1$/m);
  assert(Deno.statSync(folder.join("data/localkv.sqlite")).isFile);
  assert.equal((await agent.stop()).code, 0);
});

Deno.test("the agent reports degraded when its data folder is deleted while it runs", async () => {
  await using agent = await startAgent({ config: { localkv: { check_interval: "100ms" } } });
  assert.equal((await localkvStatus(agent)).state, "ok");
  await Deno.remove(`${agent.folder}/data`, { recursive: true });
  const { reason } = await until("localkv is degraded", async () => {
    const status = await localkvStatus(agent);
    return status.state === "degraded" && status;
  });
  assert.match(reason, /localkv\.sqlite was deleted while it was in use/);
});
