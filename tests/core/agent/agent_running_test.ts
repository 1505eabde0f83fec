import assert from "node:assert/strict";
import { createAgent } from "../../../core/agent/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";

Deno.test("running lists the plugins that are not closed, the closing one last", async () => {
  const seen: (readonly string[])[] = [];
  const look = (name: string) =>
    definePlugin({
      name,
      init: () => void seen.push(agent.running),
      close: () => void seen.push(agent.running),
    });
  const agent = createAgent({ plugins: [look("a"), look("b"), look("c")] });
  assert.deepEqual(agent.running, []);
  await agent.start();
  assert.deepEqual(agent.running, ["a", "b", "c"]);
  await agent.stop();
  assert.deepEqual(agent.running, []);
  assert.deepEqual(seen.slice(-3), [["a", "b", "c"], ["a", "b"], ["a"]]);
});
