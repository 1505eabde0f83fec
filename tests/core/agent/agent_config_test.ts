import assert from "node:assert/strict";
import { agentToken } from "../../../core/agent/mod.ts";
import { ConfigError, duration, integer } from "../../../core/config/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";

const rest = definePlugin({
  name: "rest",
  config: { port: integer({ doc: "Port.", default: 6060, min: 0, max: 65_535 }) },
  init: () => started.push("rest"),
});
const nats = definePlugin({
  name: "nats",
  config: { pingMs: duration({ doc: "Ping.", default: 1_000 }) },
  init: () => started.push("nats"),
});
const started: string[] = [];

Deno.test("start() reports the problems of all sections at once, before any init", async () => {
  const { agent } = harness({
    plugins: [rest, nats],
    config: { rest: { port: 70_000, hots: 1 }, nats: { ping: 5 }, nots: {} },
  });
  await assert.rejects(agent.start(), (error) => {
    assert(error instanceof ConfigError);
    assert.deepEqual(error.problems.map(({ path }) => path), [
      "rest.port",
      "nats.ping",
      "rest.hots",
      "nots",
    ]);
    assert.match(error.message, /test\.json: nots: unknown key; did you mean "nats"\?/);
    return true;
  });
  assert.deepEqual(started, []);
});

Deno.test("the problems of a section that two plugins read are reported once", async () => {
  const also = definePlugin({
    name: "also",
    section: "rest",
    config: rest.config,
    init() {},
  });
  const { agent } = harness({ plugins: [rest, also], config: { rest: { port: "x" } } });
  await assert.rejects(agent.start(), (error) => {
    assert(error instanceof ConfigError);
    assert.equal(error.problems.length, 1);
    return true;
  });
});

Deno.test("a bad value of a lenient variable is a warning that names what is used instead", async () => {
  const lenient = definePlugin({
    name: "rest",
    config: { port: integer({ doc: "Port.", default: 6060, lenientEnv: true }) },
    init() {},
  });
  await using test = harness({
    plugins: [lenient],
    env: { APP_REST_PORT: "many" },
    envPrefix: "APP_",
  });
  await test.agent.start();
  assert.deepEqual(test.logs.messages("warn").length, 1);
  assert.match(test.logs.messages("warn")[0], /environment: APP_REST_PORT: .*; using 6060/);
  assert.deepEqual(test.agent.get(agentToken).effectiveConfig(), { rest: { port: 6060 } });
});

Deno.test("start() warns about keys of a section's former name, and uses them", async () => {
  const renamed = definePlugin({
    name: "rest",
    formerSections: ["web"],
    config: { port: integer({ doc: "Port.", default: 6060 }) },
    init() {},
  });
  await using test = harness({ plugins: [renamed], config: { web: { port: 1 } } });
  await test.agent.start();
  assert.deepEqual(test.logs.messages("warn"), [
    "test.json: web.port: this name is deprecated; write rest.port instead",
  ]);
  assert.deepEqual(test.agent.get(agentToken).effectiveConfig(), { rest: { port: 1 } });
});

Deno.test("start() warns about an unknown variable with the prefix", async () => {
  await using test = harness({
    plugins: [definePlugin({ ...rest, init() {} })],
    env: { APP_REST_PROT: "1" },
    envPrefix: "APP_",
  });
  await test.agent.start();
  assert.deepEqual(test.logs.messages("warn"), [
    "environment: APP_REST_PROT: unknown variable; did you mean APP_REST_PORT?",
  ]);
});
