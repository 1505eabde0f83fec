import assert from "node:assert/strict";
import { cacheFor, lacks, okLines, runCommand, sourceOf, startServers } from "./_kit.ts";

Deno.test({
  name: "the Python client nats-py 2.16 works in its full range",
  ignore: await lacks("python3", "pip"),
  async fn() {
    const source = sourceOf("python");
    const packages = `${await cacheFor("python")}/packages`;
    await runCommand("python3", [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--root-user-action=ignore",
      "--target",
      packages,
      "--upgrade",
      "--requirement",
      `${source}/requirements.txt`,
    ]);
    await using servers = await startServers();
    const said = await runCommand("python3", [`${source}/main.py`], {
      env: { ...servers.environment, PYTHONPATH: packages },
    });
    assert.deepEqual(okLines(said), [
      "connect",
      "publish and subscribe",
      "headers",
      "request and reply through a group",
      "no responders",
      "five thousand messages in order",
      "token",
      "user and password",
      "tls",
      "client certificate",
      "drain",
    ]);
  },
});
