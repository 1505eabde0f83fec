import assert from "node:assert/strict";
import { connectNats } from "../../plugins/nats/mod.ts";
import { startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { until } from "./_until.ts";
import { tempDir } from "../_support/temp_dir.ts";

Deno.test("cim run ends with 1 and the number of lines when log lines were lost at the end, and soon", async () => {
  await using app = fakeApp();
  await using agent = await startAgent({ config: { shutdown: { grace: "30s" } } });
  await Deno.remove(`${agent.folder}/logs`, { recursive: true });
  await Deno.writeTextFile(`${agent.folder}/logs`, "a file where the folder should be");
  await using nats = await connectNats(agent.natsUrl);
  for (const line of ["one", "two", "three"]) nats.publish("LOG", app.line(line));
  await nats.flush();
  const start = performance.now();
  const { code, err } = await agent.stop();
  assert.equal(code, 1, err);
  assert.match(err, /Lost 3 log lines: not written before the stop/);
  assert.ok(performance.now() - start < 15_000, "the stop waited for a folder that is not there");
});

Deno.test("a log folder that cannot be written leaves the agent ready, and the status says why", async () => {
  using dir = tempDir({ prefix: "cim_e2e_" });
  const folder = dir.path;
  await Deno.writeTextFile(`${folder}/logs`, "a file where the folder should be");
  await using agent = await startAgent({ folder });
  const status = await until("the status is degraded", async () => {
    const { plugins } = JSON.parse((await agent.get("/api/v1/status")).text);
    const logs = plugins.find(({ name }: { name: string }) => name === "logs");
    return logs.state === "degraded" ? logs : undefined;
  });
  assert.match(status.reason, /^Cannot write log folder ".*\/logs": .*; free space, correct/);
  const { status: code, text } = await agent.get("/readiness");
  assert.equal(code, 200);
  assert.match(text, /Cannot write log folder/);
});
