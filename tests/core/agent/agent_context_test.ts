import assert from "node:assert/strict";
import { agentToken, logsToken, metricsToken, statusToken } from "../../../core/agent/mod.ts";
import { duration, secret, text } from "../../../core/config/mod.ts";
import { definePlugin, token } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";

const wordToken = token<string>("word");
const otherToken = token<string>("other");
const word = definePlugin({
  name: "word",
  provides: [wordToken],
  init: ({ provide }) => provide(wordToken, "hello"),
});

Deno.test("get() returns the value that another plugin provides", async () => {
  const seen: string[] = [];
  await using test = harness({
    plugins: [
      definePlugin({
        name: "user",
        requires: [wordToken],
        init: ({ get }) => void seen.push(get(wordToken)),
      }),
      word,
    ],
  });
  await test.agent.start();
  assert.deepEqual(seen, ["hello"]);
  assert.equal(test.agent.get(wordToken), "hello");
});

Deno.test("get(), find() and provide() refuse tokens that the plugin did not declare", async () => {
  let checked = 0;
  await using test = harness({
    plugins: [
      word,
      definePlugin({
        name: "nosy",
        init({ get, find, provide }) {
          assert.throws(() => get(wordToken), TypeError);
          assert.throws(() => find(wordToken), TypeError);
          assert.throws(() => provide(otherToken, ""), TypeError);
          checked++;
        },
      }),
    ],
  });
  await test.agent.start();
  assert.equal(checked, 1);
  assert.throws(() => test.agent.get(otherToken), TypeError);
});

Deno.test("find() returns undefined when no plugin provides the token, and the value when one does, in any order", async () => {
  const seen: (string | undefined)[] = [];
  const user = definePlugin({
    name: "user",
    optional: [wordToken],
    init: ({ find }) => void seen.push(find(wordToken)),
  });
  {
    await using test = harness({ plugins: [user] });
    await test.agent.start();
  }
  await using test = harness({ plugins: [user, word] });
  await test.agent.start();
  assert.deepEqual(seen, [undefined, "hello"]);
});

Deno.test("the agent provides tokens for itself, status, metrics and logs", async () => {
  let checked = 0;
  await using test = harness({
    plugins: [definePlugin({
      name: "user",
      init({ get }) {
        assert.equal(get(statusToken), test.agent.status);
        assert.equal(get(metricsToken), test.agent.metrics);
        assert.equal(get(logsToken), test.agent.logs);
        assert.equal(get(agentToken).name, "agent");
        checked++;
      },
    })],
  });
  await test.agent.start();
  assert.equal(checked, 1);
});

Deno.test("config is parsed, frozen and shown with its secrets redacted", async () => {
  let config: Readonly<Record<string, unknown>> = {};
  await using test = harness({
    plugins: [definePlugin({
      name: "client",
      config: {
        waitMs: duration({ doc: "Wait.", default: 1_000 }),
        user: text({ doc: "User.", default: "root" }),
        password: secret({ doc: "Password." }),
      },
      init(context) {
        config = context.config;
        assert(context.configured);
      },
    })],
    config: { client: { wait: "2s", password: "hunter2" } },
  });
  await test.agent.start();
  assert(Object.isFrozen(config));
  assert.equal(config.waitMs, 2_000);
  const shown = JSON.stringify(test.agent.get(agentToken).effectiveConfig());
  assert.deepEqual(JSON.parse(shown), {
    client: { wait: 2_000, user: "root", password: "[redacted]" },
  });
});

Deno.test("a plugin is ok after afterInit unless it reported another status", async () => {
  await using test = harness({
    plugins: [
      definePlugin({ name: "quiet", init() {} }),
      definePlugin({ name: "off", init: ({ status }) => status.disabled("no endpoints") }),
      definePlugin({ name: "pending", init: ({ status }) => status.init("connecting") }),
      definePlugin({ name: "broken", init: ({ status }) => status.error("no server") }),
    ],
  });
  await test.agent.start();
  const states = test.agent.status.agent().plugins.map(({ name, state }) => `${name} ${state}`);
  assert.deepEqual(states, ["quiet ok", "off disabled", "pending init", "broken error"]);
});

Deno.test("two agents of the same plugins in one process share nothing", async () => {
  const counterToken = token<{ count: number }>("counter");
  const counting = definePlugin({
    name: "counting",
    provides: [counterToken],
    config: { start: text({ doc: "First value.", default: "0" }) },
    init({ config, provide, metrics }) {
      const state = { count: Number(config.start) };
      provide(counterToken, state);
      metrics.add({ type: "gauge", name: "count", help: "Count.", collect: () => state.count });
    },
  });
  await using first = harness({ plugins: [counting], config: { counting: { start: "1" } } });
  await using second = harness({ plugins: [counting], config: { counting: { start: "2" } } });
  await Promise.all([first.agent.start(), second.agent.start()]);
  first.agent.get(counterToken).count += 10;
  const values = [first, second].map(({ agent }) => agent.metrics.families()[0].collect());
  assert.deepEqual(values, [11, 2]);
  await first.agent.stop();
  assert.equal(second.agent.state, "running");
  assert.equal(second.agent.status.plugin("counting")?.state, "ok");
});
