import assert from "node:assert/strict";
import { harness } from "../../../core/testing/mod.ts";
import { paths, pathsToken } from "../../../cim/paths/mod.ts";

Deno.test("paths() provides XGVela's folders when nobody says otherwise", async () => {
  await using test = harness({ plugins: [paths()] });
  await test.agent.start();
  assert.deepEqual(test.agent.get(pathsToken), {
    conf: "/opt/conf",
    config: "/opt/config",
    logs: "/opt/logs",
    data: "/opt/data",
  });
});

Deno.test("paths() takes CIM_PATHS_LOGS and cuts a trailing slash", async () => {
  await using test = harness({
    plugins: [paths()],
    env: { CIM_PATHS_LOGS: "/var/log/" },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  assert.equal(test.agent.get(pathsToken).logs, "/var/log");
});
