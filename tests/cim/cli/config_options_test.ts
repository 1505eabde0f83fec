import assert from "node:assert/strict";
import { takePluginPaths } from "../../../cim/cli/config_options.ts";
import { UsageError } from "../../../cim/cli/exit_code.ts";

Deno.test("takePluginPaths() takes --<plugin>-config in both spellings and leaves the rest", () => {
  assert.deepEqual(
    takePluginPaths(["run", "--etcd-config", "a", "--set", "x.y=1", "--nats-server-config=b=c"]),
    {
      rest: ["run", "--set", "x.y=1"],
      pluginPaths: { etcd: "a", nats_server: "b=c" },
    },
  );
});

Deno.test("takePluginPaths() leaves --config, --config-dir and everything after -- alone", () => {
  const args = ["run", "--config", "a", "--config-dir", "b", "--", "--etcd-config", "c"];
  assert.deepEqual(takePluginPaths(args), { rest: args, pluginPaths: {} });
});

Deno.test("takePluginPaths() wants a file", () => {
  assert.throws(() => takePluginPaths(["run", "--etcd-config"]), UsageError);
});
