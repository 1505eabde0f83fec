import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { commitKey, startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { isBinary, startFlags } from "./_program.ts";
import { until } from "./_until.ts";
import { tempDir } from "../_support/temp_dir.ts";

const allowed = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write", "--allow-env"];

Deno.test("the task start grants net, read, write and env, and nothing else", () => {
  const granted = startFlags.filter((flag) => !flag.startsWith("--v8-flags="));
  assert.deepEqual(granted.sort(), [...allowed].sort());
});

Deno.test("the binary is compiled with the permissions of the task start", async () => {
  assert.equal(manifest.tasks.compile.command, "deno run -A .ci/compile.ts");
  const script = await Deno.readTextFile(new URL("../../.ci/compile.ts", import.meta.url));
  const granted = [...script.matchAll(/"(--allow-[a-z]+|-A|--allow-all)[="]/g)].map(([, flag]) =>
    flag
  );
  assert.deepEqual(granted.sort(), allowed.filter((flag) => flag.startsWith("--allow-")).sort());
});

Deno.test("the agent asks for nothing beyond those permissions while it does its work", async () => {
  if (isBinary) return;
  using folder = tempDir();
  const audit = folder.join("audit.jsonl");
  await using app = fakeApp();
  await using agent = await startAgent({
    config: { app: { port: app.port } },
    env: { DENO_AUDIT_PERMISSIONS: audit },
  });
  await app.register(agent);
  await until("the first commit key", () => agent.key(commitKey));
  for (const path of ["/metrics", "/health", "/api/v1/status", "/api/v1/config/changes"]) {
    assert.equal((await agent.get(path)).status, 200, path);
  }
  const { code } = await agent.stop();
  assert.equal(code, 0, agent.log);
  const asked = (await Deno.readTextFile(audit)).trimEnd().split("\n")
    .map((line) => (JSON.parse(line) as { permission: string }).permission);
  assert(asked.length > 0, "the audit is empty");
  assert.deepEqual(
    [...new Set(asked)].filter((kind) => !["net", "read", "write", "env"].includes(kind)),
    [],
  );
  assert.doesNotMatch(agent.log, /NotCapable|permission/i);
});
