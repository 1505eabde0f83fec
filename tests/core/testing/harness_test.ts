import assert from "node:assert/strict";
import { text } from "../../../core/config/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";

Deno.test("harness() gives configuration and environment to the plugins", async () => {
  const seen: string[] = [];
  const echo = definePlugin({
    name: "echo",
    config: {
      word: text({ doc: "Word.", default: "-" }),
      more: text({ doc: "More.", default: "-" }),
    },
    init: ({ config }) => void seen.push(config.word, config.more),
  });
  const environment = { env: { APP_ECHO_MORE: "b" }, envPrefix: "APP_" };
  await using test = harness({ plugins: [echo], config: { echo: { word: "a" } }, ...environment });
  await test.agent.start();
  assert.deepEqual(seen, ["a", "b"]);
});

Deno.test("disposing of a harness stops the agent and throws the errors of the stop", async () => {
  const test = harness({
    plugins: [definePlugin({
      name: "bad",
      init() {},
      close: () => Promise.reject(new Error("stuck")),
    })],
  });
  await test.agent.start();
  await assert.rejects(async () => await test[Symbol.asyncDispose](), { message: /stuck/ });
  assert.equal(test.agent.state, "stopped");
});

Deno.test("a harness records the logs of all plugins, by level", async () => {
  await using test = harness({
    plugins: [definePlugin({
      name: "talker",
      init({ log }) {
        log.debug("quiet");
        log.warn("loud");
      },
    })],
  });
  await test.agent.start();
  assert.deepEqual(test.logs.messages("warn"), ["loud"]);
  assert(test.logs.messages().includes("quiet"));
});
