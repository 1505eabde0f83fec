import assert from "node:assert/strict";
import { createAgent } from "../../../core/agent/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { definePlugin, token } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { Journal, never } from "./_probe.ts";

Deno.test("T-CORE an agent without plugins starts and stops", async () => {
  await using test = harness({ plugins: [] });
  await test.agent.start();
  assert.equal(test.agent.state, "running");
  await test.agent.stop();
  assert.equal(test.agent.state, "stopped");
  await test.agent.stopped;
});

Deno.test("start() initialises in dependency order, then calls every afterInit, and stop() closes in reverse", async () => {
  const journal = new Journal();
  const [a, b] = [token<string>("a"), token<string>("b")];
  await using test = harness({
    plugins: [
      journal.plugin("third", { requires: [b] }),
      journal.plugin("second", { requires: [a], provides: [b] }),
      journal.plugin("first", { provides: [a] }),
    ],
  });
  await test.agent.start();
  assert.deepEqual(test.agent.boot.map(({ phase, plugin }) => `${phase} ${plugin}`), [
    "init first",
    "init second",
    "init third",
    "afterInit first",
    "afterInit second",
    "afterInit third",
  ]);
  await test.agent.stop();
  assert.deepEqual(journal.steps, [
    "init first",
    "init second",
    "init third",
    "afterInit first",
    "afterInit second",
    "afterInit third",
    "close third",
    "close second",
    "close first",
  ]);
});

Deno.test("D-CORE-11 start() checks cycles and gaps before anything is initialised", async () => {
  const journal = new Journal();
  const [a, b] = [token("a"), token("b")];
  const circle = harness({
    plugins: [
      journal.plugin("one", { requires: [b], provides: [a] }),
      journal.plugin("two", { requires: [a], provides: [b] }),
    ],
  });
  await assert.rejects(circle.agent.start(), {
    code: "plugin_cycle",
    message: "Cannot order plugins: one -> two -> one",
  });
  const gap = harness({ plugins: [journal.plugin("lonely", { requires: [a] })] });
  await assert.rejects(gap.agent.start(), {
    code: "plugin_gap",
    message: 'Cannot start lonely: no plugin provides "a", which lonely requires; ' +
      "add a plugin that provides it",
  });
  assert.deepEqual(journal.steps, []);
  assert.equal(gap.agent.state, "stopped");
});

Deno.test("D-CORE-1 start() closes only what was initialised when an init fails, and keeps the first cause", async () => {
  const journal = new Journal();
  const cause = new Error("no disk");
  const { agent } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b"),
      journal.plugin("c", { init: () => Promise.reject(cause) }),
      journal.plugin("d"),
    ],
  });
  await assert.rejects(agent.start(), {
    code: "plugin_failed",
    message: "Cannot start plugin c: init failed: no disk",
    cause,
  });
  assert.deepEqual(journal.steps, ["init a", "init b", "init c", "close b", "close a"]);
  await assert.rejects(agent.stopped, { message: /no disk/ });
});

Deno.test("start() treats an init that throws at once like one that rejects", async () => {
  const journal = new Journal();
  const { agent } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b", {
        init: () => {
          throw new Error("at once");
        },
      }),
    ],
  });
  await assert.rejects(agent.start(), { code: "plugin_failed" });
  assert.deepEqual(journal.steps, ["init a", "init b", "close a"]);
});

Deno.test("D-CORE-8 start() closes all plugins when an afterInit fails, and calls no further afterInit", async () => {
  const journal = new Journal();
  const { agent } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b", { afterInit: () => Promise.reject(new Error("no port")) }),
      journal.plugin("c"),
    ],
  });
  await assert.rejects(agent.start(), {
    code: "plugin_failed",
    message: "Cannot start plugin b: afterInit failed: no port",
  });
  assert.deepEqual(journal.steps.slice(3), [
    "afterInit a",
    "afterInit b",
    "close c",
    "close b",
    "close a",
  ]);
});

Deno.test("D-CORE-2 start() puts the first cause before the errors of closing", async () => {
  const journal = new Journal();
  const { agent } = harness({
    plugins: [
      journal.plugin("a", { close: () => Promise.reject(new Error("stuck file")) }),
      journal.plugin("b", { init: () => Promise.reject(new Error("no disk")) }),
    ],
  });
  await assert.rejects(agent.start(), (error) => {
    assert(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(({ message }) => message), [
      "Cannot start plugin b: init failed: no disk",
      "Cannot close plugin a: stuck file",
    ]);
    assert.equal(error.cause, error.errors[0]);
    return true;
  });
});

Deno.test("start() closes a plugin whose init did not provide one of its tokens", async () => {
  const journal = new Journal();
  const promised = token("promised");
  const { agent } = harness({
    plugins: [definePlugin({
      name: "forgetful",
      provides: [promised],
      init: () => ({ open: true }),
      close: (state) => void journal.steps.push(`close open=${state.open}`),
    })],
  });
  await assert.rejects(agent.start(), {
    code: "plugin_failed",
    message: 'Cannot start plugin forgetful: its init did not provide "promised"',
  });
  assert.deepEqual(journal.steps, ["close open=true"]);
});

Deno.test("D-CORE-3 start() names the plugin that never returns from init, and ends", async () => {
  const journal = new Journal();
  const { agent, clock } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("sleepy", { init: () => never, startTimeout: 1_000 }),
      journal.plugin("c"),
    ],
  });
  const rejected = assert.rejects(agent.start(), {
    code: "plugin_timeout",
    message: "Cannot start plugin sleepy: init did not return within 1000 ms",
  });
  await clock.advance(1_000 + 500);
  await rejected;
  assert.deepEqual(journal.steps, ["init a", "init sleepy", "close a"]);
  assert.equal(agent.state, "stopped");
  assert.equal(clock.pending, 0);
});

Deno.test("start() names the plugin that never returns from afterInit, and closes it", async () => {
  const journal = new Journal();
  const { agent, clock } = harness({
    plugins: [journal.plugin("sleepy", { afterInit: () => never })],
  });
  const rejected = assert.rejects(agent.start(), {
    code: "plugin_timeout",
    message: "Cannot start plugin sleepy: afterInit did not return within 15000 ms",
  });
  await clock.advance(15_000);
  await rejected;
  assert.deepEqual(journal.steps.slice(-1), ["close sleepy"]);
});

Deno.test("start() ends although a late init left a task behind that ignores its signal", async () => {
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "sleepy",
      init({ tasks }) {
        tasks.run("deaf", () => never);
        return never;
      },
    })],
  });
  const rejected = assert.rejects(agent.start(), { code: "plugin_timeout" });
  await clock.advance(20_000);
  await rejected;
  assert.equal(agent.state, "stopped");
});

Deno.test("start() closes a late init that returns within the grace", async () => {
  const closed: unknown[] = [];
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "slow",
      startTimeout: 1_000,
      init: async ({ clock }) => {
        await clock.sleep(1_200);
        return "socket";
      },
      close: (state, { signal }) => void closed.push(state, signal.aborted),
    })],
  });
  const rejected = assert.rejects(agent.start(), { code: "plugin_timeout" });
  await clock.advance(1_200);
  await rejected;
  assert.deepEqual(closed, ["socket", true]);
});

Deno.test("start() closes a late init whenever it returns, even when the agent has ended", async () => {
  const closed: unknown[] = [];
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "slower",
      init: async ({ clock }) => {
        await clock.sleep(60_000);
        return "socket";
      },
      close: (state) => void closed.push(state),
    })],
  });
  const rejected = assert.rejects(agent.start(), { code: "plugin_timeout" });
  await clock.advance(16_000);
  await rejected;
  assert.deepEqual(closed, []);
  await clock.advance(60_000);
  assert.deepEqual(closed, ["socket"]);
});

Deno.test("start() logs how a late init ended after it was abandoned", async () => {
  const { agent, clock, logs } = harness({
    plugins: [definePlugin({
      name: "slower",
      init: async ({ clock }) => {
        await clock.sleep(60_000);
        throw new Error("gave up at last");
      },
    })],
  });
  const rejected = assert.rejects(agent.start(), { code: "plugin_timeout" });
  await clock.advance(16_000);
  await rejected;
  await clock.advance(60_000);
  const [entry] = logs.entries.filter(({ logger }) => logger === "slower");
  assert.equal(entry.message, "Init ended after it was abandoned");
  assert.equal(entry.fields.error, "gave up at last");
});

Deno.test("start() reports an expired time limit inside a plugin as a failure of the plugin", async () => {
  const { agent } = harness({
    plugins: [definePlugin({
      name: "impatient",
      init: () => Promise.reject(new AgentError("deadline_exceeded", "Cannot ask: no answer")),
    })],
  });
  await assert.rejects(agent.start(), {
    code: "plugin_failed",
    message: "Cannot start plugin impatient: init failed: Cannot ask: no answer",
  });
});

Deno.test("start() returns the same promise when called again, even from the first init", async () => {
  const journal = new Journal();
  const again: Promise<void>[] = [];
  const test = harness({
    plugins: [journal.plugin("a", { init: () => void again.push(test.agent.start()) })],
  });
  await using _test = test;
  const started = test.agent.start();
  again.push(test.agent.start());
  await Promise.all([started, ...again]);
  assert.deepEqual(journal.steps, ["init a", "afterInit a"]);
});

Deno.test("start() throws at once when the agent has stopped", async () => {
  const { agent } = harness({ plugins: [] });
  await agent.start();
  await agent.stop();
  assert.throws(() => agent.start(), TypeError);
});

Deno.test("start() closes what was initialised and rejects with start_aborted when its signal aborts", async () => {
  const journal = new Journal();
  const controller = new AbortController();
  const { agent } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b", { init: () => controller.abort() }),
      journal.plugin("c"),
    ],
  });
  await assert.rejects(agent.start({ signal: controller.signal }), { code: "start_aborted" });
  assert.deepEqual(journal.steps, ["init a", "init b", "close b", "close a"]);
});

Deno.test("start() initialises nothing when its signal has already aborted", async () => {
  const journal = new Journal();
  const { agent } = harness({ plugins: [journal.plugin("a")] });
  await assert.rejects(agent.start({ signal: AbortSignal.abort() }), { code: "start_aborted" });
  assert.deepEqual(journal.steps, []);
});

Deno.test("a signal after the start has ended does nothing", async () => {
  const controller = new AbortController();
  await using test = harness({ plugins: [] });
  await test.agent.start({ signal: controller.signal });
  controller.abort();
  await test.clock.advance(0);
  assert.equal(test.agent.state, "running");
});

Deno.test("start() names the plugin whose init ignores the abort", async () => {
  const controller = new AbortController();
  const { agent, clock } = harness({
    plugins: [definePlugin({ name: "deaf", init: () => never })],
  });
  const rejected = assert.rejects(agent.start({ signal: controller.signal }), (error) => {
    assert(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(({ code }) => code), ["start_aborted", "plugin_timeout"]);
    assert.match(error.errors[1].message, /plugin deaf: init did not return within 500 ms/);
    return true;
  });
  await clock.advance(0);
  controller.abort();
  await clock.advance(500);
  await rejected;
});

Deno.test("start() waits for an init that ends on the abort, and closes the plugin", async () => {
  const controller = new AbortController();
  const closed: string[] = [];
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "polite",
      async init({ clock, signal }) {
        await clock.sleep(5_000, { signal }).catch(() => clock.sleep(100));
        return "half open";
      },
      close: (state) => void closed.push(state),
    })],
  });
  const rejected = assert.rejects(agent.start({ signal: controller.signal }), {
    code: "start_aborted",
  });
  await clock.advance(1_000);
  controller.abort();
  await clock.advance(100);
  await rejected;
  assert.deepEqual(closed, ["half open"]);
});

for (const key of ["startTimeout", "stopTimeout", "closeGrace"]) {
  Deno.test(`createAgent() refuses a ${key} below 0`, () => {
    assert.throws(() => createAgent({ plugins: [], [key]: -1 }), RangeError);
  });
}
