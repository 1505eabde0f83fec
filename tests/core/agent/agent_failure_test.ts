import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import type { StatusReporter } from "../../../core/status/mod.ts";
import { harness } from "../../../core/testing/mod.ts";

/** A plugin whose task throws after a second. */
function moody(options: { fatal: boolean }) {
  return definePlugin({
    ...options,
    name: "moody",
    init({ tasks, clock }) {
      tasks.run("poll", async (signal) => {
        await clock.sleep(1_000, { signal });
        throw new Error("lost the socket");
      });
    },
  });
}

const taskFailure = 'Task "poll" of plugin moody failed: lost the socket';

Deno.test("a task that throws sets the plugin's status, is logged once, and the agent goes on", async () => {
  await using test = harness({ plugins: [moody({ fatal: false })] });
  await test.agent.start();
  assert.equal(test.agent.status.agent().state, "ok");
  await test.clock.advance(1_000);
  assert.equal(test.agent.state, "running");
  assert.equal(test.agent.status.plugin("moody")?.state, "error");
  assert.equal(test.agent.status.agent().reason, `moody: ${taskFailure}`);
  const errors = test.logs.entries.filter(({ level }) => level === "error");
  assert.deepEqual(errors.map(({ logger, message, fields }) => [logger, message, fields]), [
    [
      "moody",
      "Status is error",
      { previous: "ok", reason: taskFailure, code: "plugin_task_failed" },
    ],
  ]);
});

Deno.test("a task of a fatal plugin that throws stops the agent and is the reason of the stop", async () => {
  const { agent, clock } = harness({ plugins: [moody({ fatal: true })] });
  await agent.start();
  await clock.advance(1_000);
  await assert.rejects(agent.stopped, { code: "plugin_task_failed", message: taskFailure });
  assert.equal(agent.state, "stopped");
});

Deno.test("a task of a fatal plugin that throws while starting fails the start", async () => {
  const { agent, clock } = harness({
    plugins: [
      moody({ fatal: true }),
      definePlugin({ name: "slow", init: ({ clock, signal }) => clock.sleep(5_000, { signal }) }),
    ],
  });
  const rejected = assert.rejects(agent.start(), { code: "plugin_task_failed" });
  await clock.advance(1_000);
  await rejected;
  assert.equal(agent.state, "stopped");
});

Deno.test("a task that throws before afterInit leaves the status error", async () => {
  await using test = harness({
    plugins: [definePlugin({
      name: "hasty",
      init: ({ tasks }) => tasks.run("poll", () => Promise.reject(new Error("at once"))),
      afterInit: (_, { clock }) => clock.sleep(10),
    })],
  });
  const started = test.agent.start();
  await test.clock.advance(10);
  await started;
  assert.equal(test.agent.status.plugin("hasty")?.state, "error");
});

Deno.test("a task that rejects with the reason of the stop is not a failure", async () => {
  const { agent, logs, clock } = harness({
    plugins: [definePlugin({
      name: "waiter",
      fatal: true,
      init({ tasks, clock, signal }) {
        tasks.run("wait", () => clock.sleep(60_000, { signal }));
        tasks.run("wrap", async () => {
          try {
            await clock.sleep(60_000, { signal });
          } catch (cause) {
            throw new Error("gave up waiting", { cause });
          }
        });
      },
    })],
  });
  await agent.start();
  await clock.advance(10);
  await agent.stop();
  await agent.stopped;
  assert.deepEqual(logs.messages("error"), []);
});

Deno.test("fail() stops a running agent and is what `stopped` rejects with", async () => {
  const cause = new Error("the folder is gone");
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "guard",
      init({ clock, fail }) {
        const timer = clock.timer(1_000, () => fail(cause));
        return timer;
      },
      close: (timer) => timer[Symbol.dispose](),
    })],
  });
  await agent.start();
  await clock.advance(1_000);
  await assert.rejects(agent.stopped, cause);
  await agent.stop();
});

Deno.test("fail() joins the errors of the stop it causes, itself first", async () => {
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "guard",
      init: ({ clock, fail }) => clock.timer(1_000, () => fail(new Error("first"))),
      close: () => Promise.reject(new Error("second")),
    })],
  });
  await agent.start();
  await clock.advance(1_000);
  await assert.rejects(agent.stopped, (error) => {
    assert(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(({ message }) => message), [
      "first",
      "Cannot close plugin guard: second",
    ]);
    return true;
  });
});

Deno.test("a task that fails for a reason of its own while stopping is still a failure", async () => {
  const { agent, logs } = harness({
    plugins: [definePlugin({
      name: "drainer",
      init({ tasks }) {
        tasks.run("drain", async (signal) => {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          throw new Error("could not flush");
        });
      },
    })],
  });
  await agent.start();
  await agent.stop();
  const errors = logs.entries.filter(({ level }) => level === "error");
  assert.deepEqual(errors.map(({ fields }) => fields.reason), [
    'Task "drain" of plugin drainer failed: could not flush',
  ]);
});

Deno.test("a start failure is logged at ERROR once, with its code", async () => {
  const { agent, logs } = harness({
    plugins: [definePlugin({ name: "bad", init: () => Promise.reject(new Error("no disk")) })],
  });
  await assert.rejects(agent.start());
  const errors = logs.entries.filter(({ level }) => level === "error");
  assert.deepEqual(errors.map(({ message, fields }) => [message, fields.code]), [
    ["Start failed", "plugin_failed"],
  ]);
});

Deno.test("each change of a plugin's state is logged once, at a level that fits it", async () => {
  const reporters: StatusReporter[] = [];
  await using test = harness({
    plugins: [definePlugin({ name: "link", init: ({ status }) => void reporters.push(status) })],
  });
  await test.agent.start();
  const [status] = reporters;
  status.degraded("one of two is away");
  status.degraded("both are away");
  status.error(new AgentError("unavailable", "Cannot reach the server"));
  status.ok();
  const changes = test.logs.entries.filter(({ logger }) => logger === "link");
  assert.deepEqual(changes.map(({ level, message, fields }) => [level, message, fields]), [
    ["debug", "Status is ok", { previous: "init" }],
    ["warn", "Status is degraded", { previous: "ok", reason: "one of two is away" }],
    [
      "error",
      "Status is error",
      { previous: "degraded", reason: "Cannot reach the server", code: "unavailable" },
    ],
    ["info", "Status is ok", { previous: "error" }],
  ]);
});
