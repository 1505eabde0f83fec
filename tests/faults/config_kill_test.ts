import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { changeSets, commitKey, freePort, startAgent } from "../e2e/_agent.ts";
import { ChaosApp } from "./_chaos_app.ts";

const rounds = 5;

Deno.test("a verdict whose PONG was received survives kill -9 of the agent", async () => {
  await using app = new ChaosApp(freePort(), () => "success");
  using temp = tempDir({ prefix: "cim-kill-" });
  const folder = temp.path;
  for (let round = 0; round < rounds; round++) {
    const revision = round + 2;
    {
      await using agent = await startAgent({ folder, config: { app: { port: app.port } } });
      const response = await fetch(`${agent.restUrl}/api/v1/_operations/xgvela/register`, {
        method: "POST",
        body: JSON.stringify({ container_name: "amf", container_id: "c1" }),
      });
      await response.body?.cancel();
      await app.connect(agent.natsUrl);
      app.onConfirmed = () => agent.kill("SIGKILL");
      await agent.put(`${changeSets}/amf.json/${revision}`, "[]");
      await agent.ended;
    }
    await using next = await startAgent({ folder, config: { app: { port: app.port } } });
    await until("the commit", async () => await next.key(commitKey) === String(revision));
    const sent = app.pushes.filter((push) => push.revision === revision);
    assert.equal(sent.length, 1);
  }
});
