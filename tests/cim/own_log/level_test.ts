import assert from "node:assert/strict";
import { logsToken } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { logLevel } from "../../../cim/own_log/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import { cimSettingsToken, defaultSettings, settings } from "../../../cim/settings/mod.ts";

function withLevel(log_level: string) {
  const { cimConfig } = defaultSettings();
  return { cimConfig: { ...cimConfig, cim_settings: { ...cimConfig.cim_settings, log_level } } };
}

async function started() {
  const env = { CIM_PATHS_CONF: "/does/not/exist", CIM_PATHS_CONFIG: "/does/not/exist" };
  const test = harness({ plugins: [paths(), settings(), logLevel()], env, envPrefix: "CIM_" });
  await test.agent.start();
  return test;
}

for (
  const [name, level] of [
    ["DEBUG", "debug"],
    ["INFO", "info"],
    ["WARNING", "warn"],
    ["ERROR", "error"],
    ["EXCEPTION", "error"],
  ]
) {
  Deno.test(`D-31 log_level ${name} sets the level of the agent's own log at once`, async () => {
    await using test = await started();
    await test.agent.get(cimSettingsToken).apply(withLevel(name));
    assert.equal(test.agent.get(logsToken).level("registration"), level);
  });
}

Deno.test("D-31 log_level ALL restores the level of the configuration", async () => {
  await using test = await started();
  const before = test.agent.get(logsToken).level("registration");
  await test.agent.get(cimSettingsToken).apply(withLevel("ERROR"));
  await test.agent.get(cimSettingsToken).apply(withLevel("ALL"));
  assert.equal(test.agent.get(logsToken).level("registration"), before);
});
