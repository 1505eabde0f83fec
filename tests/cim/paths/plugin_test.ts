import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import { paths, pathsToken } from "../../../cim/paths/mod.ts";

Deno.test("paths() provides the folders of XGVela when nothing is configured", async () => {
  await using test = harness({ plugins: [paths()] });
  await test.agent.start();
  assert.deepEqual(test.agent.get(pathsToken), {
    conf: "/opt/conf",
    config: "/opt/config",
    logs: "/opt/logs",
    data: "/opt/data",
  });
});

Deno.test("paths() removes a trailing slash when CIM_PATHS_LOGS has one", async () => {
  await using test = harness({
    plugins: [paths()],
    env: { CIM_PATHS_LOGS: "/var/log/" },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  assert.equal(test.agent.get(pathsToken).logs, "/var/log");
});
